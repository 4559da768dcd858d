package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Where conversations are kept: two operations, each atomic and one round trip. Implementations keep the numbered rules
 * of the project's specification; the published conformance suite checks every one of them.
 *
 * <p>Thread-safe. Both operations return at once and fail only through the stage, only with an
 * {@link io.botfsm.storage.FsmException} (or a {@link java.util.concurrent.CompletionException} around one, as
 * dependent stages do). Two writes of one key are ordered only if the second starts after the first has completed. A
 * stage may complete on a thread of the driver: dependent code must not block there; {@link io.botfsm.Fsm} never runs
 * user code there.
 */
public interface StateStorage extends AutoCloseable {
    /** What a storage can hold. One that lacks something says so here, and is refused where it is needed. */
    enum Capability {
        /**
         * Versions that differ whenever state or data differ, and are expected by {@link Mutation#expectedVersion()}.
         * Alone, they may recur when the same content does.
         */
        COMPARE_AND_SET,
        /** Versions that rise with every write (spec rule 6). Comes with {@link #COMPARE_AND_SET}. */
        VERSION,
        /** Events remembered, and refused when they are redelivered. */
        EVENT_ID,
        /** Fencing tokens remembered, and lower ones refused. */
        FENCING,
        /** Time to live, the storage's own and that of one mutation. */
        TTL,
        /** When the state was entered and when the last write was (spec rule 20). */
        TIMES,
        /** Attributes: what this library's own parts keep with a conversation (spec rule 21). */
        ATTRIBUTES,
        /** A deadline (spec rule 22). */
        DEADLINE,
        /** Ids of any characters, and JSON texts that come back to the character. Without it, some keys are refused. */
        ANY_TEXT
    }

    /** Reads a conversation. Creates and prolongs nothing. */
    CompletionStage<Snapshot> read(StorageKey key);

    /** Applies a mutation whole, or not at all. */
    CompletionStage<Outcome> write(StorageKey key, Mutation mutation);

    /** What this storage can hold; constant. A decorator answers what the storage that it wraps answers. */
    Set<Capability> capabilities();

    /**
     * What this storage offers beside reading and writing, under an interface of its own; empty if it does not offer
     * that. The answer is constant, and its operations end with the storage. A decorator answers what the storage that
     * it wraps answers: extend {@link ForwardingStateStorage}.
     *
     * @param type the interface of the extension
     */
    default <T> Optional<T> extension(Class<T> type) {
        requireNonNull(type, "type");
        return Optional.empty();
    }

    /**
     * Ends the storage; every later call fails with {@link io.botfsm.storage.StorageClosedException}. Idempotent. A
     * decorator closes what it wraps.
     */
    @Override
    void close();

    /**
     * A storage over a blocking driver, such as JDBC. Calls run on {@code executor}, never on the caller's thread; one
     * that is not done within {@code timeout} fails with {@link io.botfsm.storage.StorageUnavailableException}, which
     * says whether the driver had begun. Give the executor as many threads as the driver serves at once.
     *
     * @param storage the driver's side; closed with the returned storage
     * @param executor runs the calls; not closed
     * @param timeout how long a call may take, waiting for a thread included; positive
     * @throws IllegalArgumentException if the timeout is not positive
     */
    static StateStorage blocking(BlockingStateStorage storage, Executor executor, Duration timeout) {
        requireNonNull(storage, "storage");
        requireNonNull(executor, "executor");
        requireNonNull(timeout, "timeout");
        return new BlockingAdapter(storage, executor, timeout);
    }
}
