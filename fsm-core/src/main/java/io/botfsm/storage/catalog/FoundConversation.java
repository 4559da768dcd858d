package io.botfsm.storage.catalog;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.util.Objects;
import java.util.Optional;

/**
 * A conversation that a catalog found, as it was when it was read. Immutable and thread-safe. Two are equal if key and
 * snapshot are.
 */
public final class FoundConversation {
    private final StorageKey key;
    private final Snapshot snapshot;

    private FoundConversation(StorageKey key, Snapshot snapshot) {
        this.key = key;
        this.snapshot = snapshot;
    }

    /** Creates a found conversation; for storages. */
    public static FoundConversation of(StorageKey key, Snapshot snapshot) {
        return new FoundConversation(requireNonNull(key, "key"), requireNonNull(snapshot, "snapshot"));
    }

    /** The key of the conversation. */
    public StorageKey key() {
        return key;
    }

    /** The content of the conversation. */
    public Snapshot snapshot() {
        return snapshot;
    }

    /** The stored name of the state; empty for none. */
    public Optional<String> state() {
        return snapshot.state();
    }

    /** The version of the conversation. */
    public long version() {
        return snapshot.version();
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof FoundConversation found && key.equals(found.key) && snapshot.equals(found.snapshot);
    }

    @Override
    public int hashCode() {
        return Objects.hash(key, snapshot);
    }

    /** Returns key, state, entry names and version; never the values. */
    @Override
    public String toString() {
        return "FoundConversation[" + key + ", " + snapshot + "]";
    }
}
