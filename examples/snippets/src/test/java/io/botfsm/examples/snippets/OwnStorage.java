package io.botfsm.examples.snippets;

import io.botfsm.storage.BlockingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.StoredConversation.Step;
import io.botfsm.storage.WriteContext;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

// snippet: own-storage
final class OwnStorage implements BlockingStateStorage {
    private final Map<StorageKey, StoredConversation> table; // shared by all who use this "database"

    OwnStorage(Map<StorageKey, StoredConversation> table) {
        this.table = table;
    }

    @Override
    public Snapshot read(StorageKey key) {
        synchronized (table) {
            return load(key).snapshot(now());
        }
    }

    @Override
    public Outcome write(StorageKey key, Mutation mutation) {
        synchronized (table) { // BEGIN … COMMIT; lock the key, which may have no row yet
            WriteContext context = WriteContext.at(key, now()).build(); // under that lock too
            Step step = load(key).apply(mutation, context); // SELECT
            if (step.next().isGone()) {
                table.remove(key); // DELETE
            } else {
                table.put(key, step.next()); // INSERT or UPDATE
            }
            return step.outcome();
        }
    }

    private static Instant now() { // the database's clock: all who write share it
        return Instant.now();
    }

    private StoredConversation load(StorageKey key) {
        return table.getOrDefault(key, StoredConversation.none());
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.complementOf(EnumSet.of(Capability.TTL));
    }

    @Override
    public void close() {}
}
// end
