package io.botfsm.storage;

import java.util.Set;

/**
 * A {@link StateStorage} in the words of a blocking driver; {@link StateStorage#blocking} makes it one. The same rules
 * hold. An {@link io.botfsm.storage.FsmException} is passed on; any other exception becomes the cause of a
 * {@link io.botfsm.storage.StorageUnavailableException} that says a write may have been applied. Thread-safe.
 */
public interface BlockingStateStorage extends AutoCloseable {
    /** Reads a conversation. Creates and prolongs nothing. */
    Snapshot read(StorageKey key) throws Exception;

    /** Applies a mutation whole, or not at all. */
    Outcome write(StorageKey key, Mutation mutation) throws Exception;

    /** What this storage can hold; constant. */
    Set<StateStorage.Capability> capabilities();

    /** Ends the storage. Called once. */
    @Override
    void close();
}
