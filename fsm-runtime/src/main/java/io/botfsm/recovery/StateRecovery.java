package io.botfsm.recovery;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A second source of conversations, for instance a database, which {@link RecoveringStateStorage} asks when the storage
 * has none. Thread-safe. Neither method blocks; a blocking source becomes one by {@link #blocking}. Stages may fail
 * with any exception.
 */
public interface StateRecovery {
    /**
     * Looks for a conversation that the storage does not have.
     *
     * @return empty if this source does not know it either
     */
    CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key);

    /**
     * Reports that a conversation was cleared on purpose: it must not be recovered from now on. The stage completes
     * when that is certain. May be called more than once, and after a newer conversation of the same key has begun:
     * what the source knows of a higher version stays.
     *
     * @param version of the conversation that was cleared, or a later one of which nothing is left; above 0
     */
    CompletionStage<Void> cleared(StorageKey key, long version);

    /**
     * A source over a blocking driver, such as JDBC. Calls run on {@code executor}, never on the caller's thread; one
     * that is not done within {@code timeout} fails with a {@link java.util.concurrent.TimeoutException}, and its
     * thread is interrupted. Give the executor as many threads as the driver serves at once, and a queue with a bound.
     *
     * @param source the driver's side
     * @param executor runs the calls; not closed
     * @param timeout how long a call may take, waiting for a thread included; positive
     * @throws IllegalArgumentException if the timeout is not positive
     */
    static StateRecovery blocking(BlockingStateRecovery source, Executor executor, Duration timeout) {
        requireNonNull(source, "source");
        requireNonNull(executor, "executor");
        requireNonNull(timeout, "timeout");
        return new BlockingRecoveryAdapter(source, executor, RecoveringStateStorage.positive("timeout", timeout));
    }
}
