package io.botfsm.redis.aiogram;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.redis.catalog.CatalogedStorage;
import io.botfsm.redis.catalog.RedisCatalog;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Finds conversations in aiogram's layout by their keys: first by the keys of states, then by the keys of data, so that
 * a conversation that has lost its state meanwhile is found by its data. A filter by state needs no second pass. A key
 * that may belong to another conversation is reported, not read. Thread-safe.
 */
final class AiogramCatalog implements ConversationCatalog {
    private static final String KIND = "aiogram1/";
    private static final int MOST_QUOTED = 100;

    /** The passes of a scan. The cursors of a pass begin with its letter. */
    private enum Pass {
        STATES("s/", "state"),
        DATA("d/", "data");

        private final String begin;
        private final String keysEnd;

        Pass(String letter, String keysEnd) {
            this.begin = KIND + letter;
            this.keysEnd = keysEnd;
        }
    }

    private final AiogramLayout layout;
    private final AiogramKeyReader reader;
    private final ConversationCatalog states;
    private final ConversationCatalog data;

    AiogramCatalog(
            RedisPort port,
            Duration timeout,
            AiogramLayout layout,
            Function<StorageKey, CompletionStage<Snapshot>> read,
            BooleanSupplier isClosed) {
        this.layout = layout;
        this.reader = new AiogramKeyReader(layout);
        this.states = catalog(port, timeout, Pass.STATES, read, isClosed);
        this.data = catalog(port, timeout, Pass.DATA, read, isClosed);
    }

    private ConversationCatalog catalog(
            RedisPort port,
            Duration timeout,
            Pass pass,
            Function<StorageKey, CompletionStage<Snapshot>> read,
            BooleanSupplier isClosed) {
        return new RedisCatalog(
                port,
                timeout,
                new CatalogedStorage(
                        filter -> layout.pattern(filter, pass.keysEnd), this::conversation, read, isClosed));
    }

    private Optional<StorageKey> conversation(String redisKey) {
        return layout.ids(redisKey).isEmpty() ? Optional.empty() : Optional.of(reader.conversation(redisKey));
    }

    @Override
    public CatalogPage page(ConversationFilter filter, Optional<String> cursor) {
        requireNonNull(filter, "filter");
        requireNonNull(cursor, "cursor");
        Pass pass = cursor.map(AiogramCatalog::pass).orElse(Pass.STATES);
        Optional<String> within =
                cursor.map(text -> text.substring(pass.begin.length())).filter(text -> !text.isEmpty());
        CatalogPage page = (pass == Pass.STATES ? states : data).page(filter, within);
        return CatalogPage.of(page.found(), page.unreadable(), next(pass, filter, page));
    }

    private static Optional<String> next(Pass pass, ConversationFilter filter, CatalogPage page) {
        if (page.next().isPresent()) {
            return page.next().map(text -> pass.begin + text);
        }
        boolean isDataNext = pass == Pass.STATES && filter.state().isEmpty();
        return isDataNext ? Optional.of(Pass.DATA.begin) : Optional.empty();
    }

    private static Pass pass(String cursor) {
        for (Pass pass : Pass.values()) {
            boolean isWhole = pass == Pass.DATA || cursor.length() > pass.begin.length();
            if (cursor.startsWith(pass.begin) && isWhole) {
                return pass;
            }
        }
        throw new IllegalArgumentException(String.format(
                Locale.ROOT,
                "%s is not a cursor of conversations in aiogram's layout: start the scan again",
                Text.field(cursor.length() > MOST_QUOTED ? cursor.substring(0, MOST_QUOTED) + "…" : cursor)));
    }
}
