package io.botfsm.recovery;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A second source of conversations, such as a database, that {@link RecoveringStateStorage} asks when a conversation is
 * missing from the storage. Implementations must be thread-safe, and their methods must not block; adapt a blocking
 * source with {@link #blocking}. Stages may fail with any exception.
 */
public interface StateRecovery {
    /**
     * Looks up a conversation that the storage does not have.
     *
     * @return empty if this source does not know it either
     */
    CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key);

    /**
     * Reports that a conversation was cleared intentionally: it must not be recovered from now on. The stage must
     * complete only when that is guaranteed. May be called more than once, and after a newer conversation of the same
     * key has begun: what the source knows of a higher version must be kept.
     *
     * @param version the version of the cleared conversation, or a later version at which it is also empty; above 0
     */
    CompletionStage<Void> cleared(StorageKey key, long version);

    /**
     * Returns a source over a blocking driver, such as JDBC. Calls run on {@code executor}, never on the caller's
     * thread. A call that does not complete within {@code timeout} fails with a
     * {@link java.util.concurrent.TimeoutException}, and its thread is interrupted. Give the executor as many threads
     * as the driver can serve concurrently, and a bounded queue.
     *
     * @param source the blocking implementation
     * @param executor runs the calls; not closed
     * @param timeout how long a call may take, including the wait for a thread; positive
     * @throws IllegalArgumentException if the timeout is not positive
     */
    static StateRecovery blocking(BlockingStateRecovery source, Executor executor, Duration timeout) {
        requireNonNull(source, "source");
        requireNonNull(executor, "executor");
        requireNonNull(timeout, "timeout");
        return new BlockingRecoveryAdapter(source, executor, RecoveringStateStorage.positive("timeout", timeout));
    }
}
