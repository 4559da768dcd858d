package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A storage for conversations. It has two operations, each of which is atomic and takes one round trip. Implementations
 * follow the numbered rules of the project's specification; the published conformance suite checks every one of them.
 *
 * <p>Thread-safe. Both operations return immediately. They report failures only through the stage, and only as an
 * {@link io.botfsm.storage.FsmException}, or a {@link java.util.concurrent.CompletionException} with one as its cause,
 * as dependent stages do. Two writes of one key are ordered only if the second starts after the first has completed. A
 * stage may complete on a thread of the driver, so dependent actions must not block; {@link io.botfsm.Fsm} never runs
 * user code on such a thread.
 */
public interface StateStorage extends AutoCloseable {
    /** What a storage supports. Components that need a capability refuse a storage that lacks it. */
    enum Capability {
        /**
         * Versions that differ whenever state or data differ, and that a write can expect with
         * {@link Mutation#expectedVersion()}. Without {@link #VERSION}, a version may recur when the same content
         * recurs.
         */
        COMPARE_AND_SET,
        /** Versions that increase with every write (spec rule 6). Implies {@link #COMPARE_AND_SET}. */
        VERSION,
        /** Event ids: applied events are remembered, and refused when they are redelivered. */
        EVENT_ID,
        /** Fencing tokens: the highest is remembered, and writes with a lower one are refused. */
        FENCING,
        /** Time to live, both the storage's own and that of a single mutation. */
        TTL,
        /** The times when the state was entered and of the last write (spec rule 20). */
        TIMES,
        /** Attributes, which components of this library store with a conversation (spec rule 21). */
        ATTRIBUTES,
        /** A deadline per conversation (spec rule 22). */
        DEADLINE,
        /**
         * Ids with any characters, and JSON texts that are read back character for character. Without it, some keys are
         * refused.
         */
        ANY_TEXT
    }

    /** Reads a conversation. Neither creates it nor extends its time to live. */
    CompletionStage<Snapshot> read(StorageKey key);

    /** Applies a mutation completely or not at all. */
    CompletionStage<Outcome> write(StorageKey key, Mutation mutation);

    /**
     * Returns what this storage supports. The result is constant. A decorator returns the capabilities of the storage
     * it wraps.
     */
    Set<Capability> capabilities();

    /**
     * Returns an extension that this storage offers beyond reading and writing; empty if it does not offer it. The
     * result is constant, and the extension can be used until the storage is closed. A decorator returns the extensions
     * of the storage it wraps: extend {@link ForwardingStateStorage}.
     *
     * @param type the interface of the extension
     */
    default <T> Optional<T> extension(Class<T> type) {
        requireNonNull(type, "type");
        return Optional.empty();
    }

    /**
     * Closes the storage; every later call fails with {@link io.botfsm.storage.StorageClosedException}. Idempotent. A
     * decorator also closes the storage it wraps.
     */
    @Override
    void close();

    /**
     * Returns a storage over a blocking driver, such as JDBC. Calls run on {@code executor}, never on the caller's
     * thread. A call that does not complete within {@code timeout} fails with
     * {@link io.botfsm.storage.StorageUnavailableException}, which says whether the driver had started it. Give the
     * executor as many threads as the driver can serve concurrently.
     *
     * @param storage the blocking implementation; closed with the returned storage
     * @param executor runs the calls; not closed
     * @param timeout how long a call may take, including the wait for a thread; positive
     * @throws IllegalArgumentException if the timeout is not positive
     */
    static StateStorage blocking(BlockingStateStorage storage, Executor executor, Duration timeout) {
        requireNonNull(storage, "storage");
        requireNonNull(executor, "executor");
        requireNonNull(timeout, "timeout");
        return new BlockingAdapter(storage, executor, timeout);
    }
}
