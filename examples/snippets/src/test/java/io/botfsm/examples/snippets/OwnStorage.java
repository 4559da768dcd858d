package io.botfsm.examples.snippets;

import io.botfsm.StorageKey;
import io.botfsm.storage.BlockingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.StoredConversation.Step;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

// snippet: own-storage
final class OwnStorage implements BlockingStateStorage {
    private final Map<StorageKey, StoredConversation> table = new HashMap<>();
    private long lastVersion;

    @Override
    public synchronized Snapshot read(StorageKey key) {
        return load(key).snapshot();
    }

    @Override
    public synchronized Outcome write(StorageKey key, Mutation mutation) { // in a database: one transaction
        Step step = load(key).apply(mutation, lastVersion + 1); // load: SELECT … FOR UPDATE
        StoredConversation next = step.next();
        if (next.isGone()) {
            table.remove(key); // DELETE
        } else {
            table.put(key, next); // INSERT or UPDATE
            lastVersion = Math.max(lastVersion, next.version());
        }
        return step.outcome();
    }

    private StoredConversation load(StorageKey key) {
        return table.getOrDefault(key, StoredConversation.none());
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.of(Capability.VERSION, Capability.EVENT_ID, Capability.FENCING); // no TTL
    }

    @Override
    public void close() {}
}
// end
