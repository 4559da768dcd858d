package io.botfsm.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;

/**
 * Finds conversations in the order of the primary key, so that a page goes on behind the last row of the one before. A
 * filter with a bot, or a bot and a chat, looks at the rows of these alone. Thread-safe.
 */
final class JdbcCatalog implements ConversationCatalog {
    private static final int PAGE = 200;
    private static final String CURSOR = "jdbc1/";

    /** Above every key, since no byte of UTF-8 is that high. */
    private static final byte[] END = {(byte) 0xff};

    private final DatabaseCalls calls;
    private final ConversationTable table;
    private final BooleanSupplier isClosed;

    JdbcCatalog(DatabaseCalls calls, ConversationTable table, BooleanSupplier isClosed) {
        this.calls = calls;
        this.table = table;
        this.isClosed = isClosed;
    }

    @Override
    public CatalogPage page(ConversationFilter filter, Optional<String> cursor) {
        byte[] prefix = prefix(requireNonNull(filter, "filter"));
        byte[] from = requireNonNull(cursor, "cursor").map(JdbcCatalog::decoded).orElse(prefix);
        if (isClosed.getAsBoolean()) {
            throw new StorageClosedException();
        }
        return result(calls.call(
                call -> call.untilWon(() -> table.page(call, from, end(prefix), PAGE))
                        .page(filter, PAGE, JdbcCatalog::encoded),
                this::failure));
    }

    /** What the keys of all that match begin with. */
    private static byte[] prefix(ConversationFilter filter) {
        if (filter.bot().isEmpty()) {
            return new byte[0];
        }
        String text = StorageKey.bot(filter.bot().get())
                .chat(filter.chat().orElse("-"))
                .user("-")
                .build()
                .toText();
        String beginning = text.substring(0, text.length() - (filter.chat().isPresent() ? 1 : 3));
        byte[] utf8 = beginning.getBytes(UTF_8);
        return Arrays.copyOf(utf8, Math.min(utf8.length, IndexKey.PREFIX_BYTES));
    }

    private static byte[] end(byte[] prefix) {
        if (prefix.length == 0) {
            return END;
        }
        byte[] end = prefix.clone();
        end[end.length - 1]++;
        return end;
    }

    private static String encoded(byte[] id) {
        return CURSOR + Base64.getUrlEncoder().withoutPadding().encodeToString(id);
    }

    private static byte[] decoded(String cursor) {
        try {
            return Base64.getUrlDecoder().decode(cursor.startsWith(CURSOR) ? cursor.substring(CURSOR.length()) : "?");
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "\"%s\" is not a cursor of conversations in a database: begin the scan anew",
                            Text.printable(cursor)),
                    e);
        }
    }

    private CatalogPage result(CompletableFuture<CatalogPage> page) {
        try {
            return page.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(e, false);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof FsmException known ? known : failure(e, false);
        }
    }

    private FsmException failure(Throwable cause, boolean mayBeApplied) {
        if (cause instanceof SQLException e && SqlFailure.of(e, calls.dialect()) == SqlFailure.REFUSED) {
            return new StorageRefusedException(
                    "conversations cannot be listed: " + SqlFailure.reason(e), SqlFailure.quotable(e));
        }
        return cause instanceof FsmException known
                ? known
                : new StorageUnavailableException("conversations could not be listed", calls.timeout(), cause);
    }
}
