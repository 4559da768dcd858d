package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * The blocking form of a {@link StateStorage}, for blocking drivers; {@link StateStorage#blocking} adapts it. The same
 * rules apply. An {@link io.botfsm.storage.FsmException} is passed on; any other exception becomes the cause of a
 * {@link io.botfsm.storage.StorageUnavailableException}, which reports that a write may have been applied. Thread-safe.
 */
public interface BlockingStateStorage extends AutoCloseable {
    /** Reads a conversation. Neither creates it nor extends its time to live. */
    Snapshot read(StorageKey key) throws Exception;

    /** Applies a mutation completely or not at all. */
    Outcome write(StorageKey key, Mutation mutation) throws Exception;

    /** Returns what this storage supports. The result is constant. */
    Set<StateStorage.Capability> capabilities();

    /**
     * Returns an extension that this storage offers beyond reading and writing, as {@link StateStorage#extension} does.
     * An extension follows the contract of its own interface, even if that forbids blocking the caller.
     *
     * @param type the interface of the extension
     * @param executor the executor given to {@link StateStorage#blocking}, for the extension's calls to the driver
     */
    default <T> Optional<T> extension(Class<T> type, Executor executor) {
        requireNonNull(type, "type");
        requireNonNull(executor, "executor");
        return Optional.empty();
    }

    /** Closes the storage. Called once. */
    @Override
    void close();
}
