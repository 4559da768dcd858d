package io.botfsm.jdbc;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds conversations in the order of the primary key, so that a page continues after the last row of the previous
 * page. A filter with a bot, or with a bot and a chat, only looks at their rows. Thread-safe.
 */
final class JdbcCatalog implements ConversationCatalog {
    private static final int PAGE = 200;
    private static final String CURSOR = "jdbc1/";

    private final AwaitedCalls calls;
    private final ConversationTable table;

    JdbcCatalog(AwaitedCalls calls, ConversationTable table) {
        this.calls = calls;
        this.table = table;
    }

    @Override
    public CatalogPage page(ConversationFilter filter, Optional<String> cursor) {
        KeyRange range = KeyRange.of(requireNonNull(filter, "filter"));
        byte[] from = requireNonNull(cursor, "cursor").map(JdbcCatalog::decoded).orElse(range.from());
        return calls.call(
                "conversations could not be listed",
                call -> call.untilWon(() -> table.page(call, from, range.to(), PAGE))
                        .page(filter, PAGE, JdbcCatalog::encoded));
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
                            "\"%s\" is not a cursor of conversations in a database: start the scan again",
                            Text.printable(cursor)),
                    e);
        }
    }
}
