package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

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

    /**
     * What this storage offers beside reading and writing, as {@link StateStorage#extension} does. An extension keeps
     * the contract of its own interface, also where that forbids to block the caller.
     *
     * @param type the interface of the extension
     * @param executor the one given to {@link StateStorage#blocking}, for the extension's calls of the driver
     */
    default <T> Optional<T> extension(Class<T> type, Executor executor) {
        requireNonNull(type, "type");
        requireNonNull(executor, "executor");
        return Optional.empty();
    }

    /** Ends the storage. Called once. */
    @Override
    void close();
}
