package io.botfsm.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Finds conversations in the order of the texts of their keys, so that a page continues after the last key of the
 * previous page, whatever was added or removed since. Each page looks at all keys. Thread-safe.
 */
final class MemoryCatalog implements ConversationCatalog {
    private static final Comparator<StorageKey> ORDER = Comparator.comparing(StorageKey::toText);

    private static final int PAGE = 1_000;

    private final Supplier<Stream<StorageKey>> keys;
    private final Function<StorageKey, Snapshot> read;

    /**
     * Creates a catalog.
     *
     * @param keys supplies the keys of all conversations; throws if the storage is closed
     * @param read reads a conversation
     */
    MemoryCatalog(Supplier<Stream<StorageKey>> keys, Function<StorageKey, Snapshot> read) {
        this.keys = keys;
        this.read = read;
    }

    @Override
    public CatalogPage page(ConversationFilter filter, Optional<String> cursor) {
        requireNonNull(filter, "filter");
        Optional<StorageKey> last = requireNonNull(cursor, "cursor").map(MemoryCatalog::key);
        PriorityQueue<StorageKey> lowest = new PriorityQueue<>(ORDER.reversed());
        keys.get()
                .filter(key -> filter.matches(key) && (last.isEmpty() || ORDER.compare(last.get(), key) < 0))
                .forEach(key -> {
                    lowest.add(key);
                    if (lowest.size() > PAGE) {
                        lowest.remove();
                    }
                });
        Optional<String> next = lowest.size() < PAGE ? Optional.empty() : Optional.of(cursor(lowest.element()));
        List<FoundConversation> found = lowest.stream()
                .sorted(ORDER)
                .map(key -> FoundConversation.of(key, read.apply(key)))
                .filter(conversation -> filter.matches(conversation.key(), conversation.snapshot()))
                .toList();
        return CatalogPage.of(found, List.of(), next);
    }

    private static String cursor(StorageKey last) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(last.toText().getBytes(UTF_8));
    }

    private static StorageKey key(String cursor) {
        try {
            return StorageKey.parse(new String(Base64.getUrlDecoder().decode(cursor), UTF_8));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "\"%s\" is not a cursor of conversations in memory: start the scan again",
                            Text.printable(cursor)),
                    e);
        }
    }
}
