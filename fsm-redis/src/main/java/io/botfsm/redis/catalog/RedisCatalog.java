package io.botfsm.redis.catalog;

import static java.util.Objects.requireNonNull;

import io.botfsm.internal.text.Text;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Finds conversations by a scan of keys, and reads them in the same way as the storage. Thread-safe. */
public final class RedisCatalog implements ConversationCatalog {
    private final CatalogedStorage storage;
    private final CatalogCalls calls;
    private final KeyScan scan;

    /**
     * A catalog over a client.
     *
     * @param timeout how long the client lets a command take
     */
    public RedisCatalog(RedisPort port, Duration timeout, CatalogedStorage storage) {
        this.storage = storage;
        this.calls = new CatalogCalls(timeout);
        this.scan = new KeyScan(port, timeout, calls);
    }

    @Override
    public CatalogPage page(ConversationFilter filter, Optional<String> cursor) {
        requireNonNull(filter, "filter");
        requireNonNull(cursor, "cursor");
        if (storage.isClosed().getAsBoolean()) {
            throw new StorageClosedException();
        }
        ScanPosition at = cursor.map(scan::parsed).orElseGet(scan::first);
        KeyScan.Page listed = scan.page(at, storage.pattern().apply(filter));
        List<FoundConversation> found = new ArrayList<>();
        List<UnreadableRecord> unreadable = new ArrayList<>();
        read(listed.keys(), filter, found, unreadable);
        return CatalogPage.of(found, unreadable, listed.next().map(ScanPosition::text));
    }

    private void read(
            Set<String> redisKeys,
            ConversationFilter filter,
            List<FoundConversation> found,
            List<UnreadableRecord> unreadable) {
        List<StorageKey> keys = conversations(redisKeys, unreadable).stream()
                .filter(filter::matches)
                .toList();
        List<CompletionStage<Snapshot>> reading =
                keys.stream().map(storage.read()).toList();
        for (int i = 0; i < keys.size(); i++) {
            StorageKey key = keys.get(i);
            try {
                Snapshot snapshot = calls.await("reading " + key, reading.get(i));
                if (filter.matches(key, snapshot)) {
                    found.add(FoundConversation.of(key, snapshot));
                }
            } catch (ConversationRefusedException e) {
                String reason = String.valueOf(e.getMessage()).replace(key + ": storage refused: ", "");
                unreadable.add(UnreadableRecord.of(key.toString(), reason));
            }
        }
    }

    private Set<StorageKey> conversations(Set<String> redisKeys, List<UnreadableRecord> unreadable) {
        Set<StorageKey> keys = new LinkedHashSet<>();
        for (String redisKey : redisKeys) {
            try {
                storage.conversation().apply(redisKey).ifPresent(keys::add);
            } catch (IllegalArgumentException e) {
                unreadable.add(UnreadableRecord.of(Text.field(redisKey), String.valueOf(e.getMessage())));
            }
        }
        return keys;
    }
}
