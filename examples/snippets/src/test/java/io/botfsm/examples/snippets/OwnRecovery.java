package io.botfsm.examples.snippets;

import io.botfsm.recovery.BlockingStateRecovery;
import io.botfsm.recovery.RecoveredConversation;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.Map;
import java.util.Optional;

// snippet: own-recovery
final class OwnRecovery implements BlockingStateRecovery {
    record Row(
            long version,
            Optional<String> state,
            Map<String, String> data,
            Map<String, String> attributes, // what the library keeps, such as the version of each type of data
            long lastEvent) {}

    private final Map<StorageKey, Row> table; // stands for the database

    OwnRecovery(Map<StorageKey, Row> table) {
        this.table = table;
    }

    /** The bot calls this after each turn, before it answers. */
    void save(StorageKey key, Snapshot now, long eventId) {
        if (now.state().isPresent() || !now.data().isEmpty()) {
            put(key, new Row(now.version(), now.state(), now.data(), now.attributes(), eventId));
        }
    }

    @Override
    public Optional<RecoveredConversation> recover(StorageKey key) {
        return Optional.ofNullable(table.get(key)) // SELECT; a row without state and data counts as none
                .map(row -> RecoveredConversation.of(row.state, row.data)
                        .withAttributes(row.attributes)
                        .withLastEvent(EventId.of(row.lastEvent)));
    }

    @Override
    public void cleared(StorageKey key, long version) {
        put(key, new Row(version, Optional.empty(), Map.of(), Map.of(), 0));
    }

    /** INSERT … ON CONFLICT DO UPDATE … WHERE excluded.version >= version: a late turn never goes back. */
    private void put(StorageKey key, Row row) {
        table.merge(key, row, (old, next) -> next.version >= old.version ? next : old);
    }
}
// end
