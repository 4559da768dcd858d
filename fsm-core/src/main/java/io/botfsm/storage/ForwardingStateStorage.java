package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Forwards every call to the storage that it wraps. It is the base class of decorators, which override the methods they
 * change. A decorator that extends it also forwards methods that later versions of {@link StateStorage} add.
 *
 * <p>As thread-safe as the storage that it wraps.
 */
public abstract class ForwardingStateStorage implements StateStorage {
    private final StateStorage storage;

    /**
     * Wraps a storage.
     *
     * @param storage where the conversations are kept; closed with this one
     */
    protected ForwardingStateStorage(StateStorage storage) {
        this.storage = requireNonNull(storage, "storage");
    }

    /** The storage that this one wraps. */
    protected final StateStorage storage() {
        return storage;
    }

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        return storage.read(key);
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        return storage.write(key, mutation);
    }

    @Override
    public Set<Capability> capabilities() {
        return storage.capabilities();
    }

    @Override
    public <T> Optional<T> extension(Class<T> type) {
        return storage.extension(type);
    }

    @Override
    public void close() {
        storage.close();
    }
}
