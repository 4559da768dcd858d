package io.botfsm.cli;

import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Conversations as they were last seen. Not thread-safe. */
final class SeenConversations {
    private Map<StorageKey, Snapshot> seen = Map.of();

    /** A conversation that has changed since it was last seen. */
    record Change(StorageKey key, Snapshot before, Snapshot now, Instant at) {
        static Change of(StorageKey key, Snapshot before, Snapshot now) {
            return new Change(key, before, now, now.touched().orElseGet(Instant::now));
        }
    }

    /**
     * Compares with what was seen before, and remembers what is there now. If the store fails, nothing is remembered.
     *
     * @param found what a scan has found
     * @param read reads a conversation that the scan has not found, because it has ended or has changed during the
     *     scan; empty if it cannot be read, in which case it counts as unchanged
     * @return the changes, the oldest first
     */
    List<Change> update(Map<StorageKey, Snapshot> found, Function<StorageKey, Optional<Snapshot>> read) {
        Map<StorageKey, Snapshot> now = new HashMap<>(found);
        seen.forEach((key, before) -> {
            if (!found.containsKey(key)) {
                now.put(key, read.apply(key).orElse(before));
            }
        });
        List<Change> changes = now.entrySet().stream()
                .map(each ->
                        Change.of(each.getKey(), seen.getOrDefault(each.getKey(), Snapshot.none()), each.getValue()))
                .filter(change -> change.before().version() != change.now().version())
                .sorted(Comparator.comparing(Change::at))
                .toList();
        now.values().removeIf(snapshot -> snapshot.version() == 0);
        seen = now;
        return changes;
    }
}
