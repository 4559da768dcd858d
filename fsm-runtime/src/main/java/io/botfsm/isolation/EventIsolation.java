package io.botfsm.isolation;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Runs handlers so that those of one conversation run one after another in the order in which they were submitted, and those of
 * different conversations in parallel: {@linkplain #inProcess() within one process}, or {@linkplain #across across several}.
 *
 * <pre>{@code
 * isolation.submit(key, () -> fsm.handle(key, updateId, turn -> answer(turn, text)))
 *         .thenAccept(handled -> reply(handled));
 * }</pre>
 *
 * <p>What hangs on a stage without {@code Async} runs before the next handler of the conversation begins, and so keeps its order
 * too. A handler that fails, is stuck, or is slow holds up its own conversation only, as long as the executor has threads.
 * Across processes the order is that within each; between processes it is whoever gets the conversation first.
 *
 * <p>How many handlers may wait is bounded, for one conversation and in total. A conversation without handlers leaves nothing
 * behind. Stages fail with what the handler throws, or with a subclass of {@link io.botfsm.storage.FsmException} of this package if it
 * has not begun and never will. Thread-safe; make one per bot and share it.
 */
public interface EventIsolation extends AutoCloseable {
    /** What is done with one update while no other of the same conversation is being handled. */
    @FunctionalInterface
    interface Handler<T extends @Nullable Object> {
        /**
         * Handles it.
         *
         * @param lease tells whether the conversation is still this handler's
         * @throws Exception whatever goes wrong: the stage fails with it, and the next handler runs
         */
        T handle(ConversationLease lease) throws Exception;
    }

    /** Within one process, with all settings at their defaults. */
    static EventIsolation inProcess() {
        return builder().build();
    }

    /**
     * Across all processes that share a store, with all settings at their defaults.
     *
     * @param store keeps a lease per conversation that is being handled; not closed
     */
    static EventIsolation across(LeaseStore store) {
        return builder().across(store).build();
    }

    /** With settings of your choice. */
    static EventIsolationBuilder builder() {
        return new EventIsolationBuilder();
    }

    /**
     * Submits a handler, and returns at once if there is room. If all the room there is in total is taken, waits for some, as a
     * poller should that is faster than its handlers; but not within a handler, which may be what others wait for.
     *
     * <p>The stage fails with {@link BacklogFullException} if the conversation has as many handlers as it may, or if in total no
     * room was found in time; with {@link IsolationClosedException} after {@link #drain} or {@link #close}; with
     * {@link HandlerRejectedException} if the executor refuses; with {@link io.botfsm.storage.InterruptedCallException} if this thread
     * was interrupted while it waited; across processes also with {@link ConversationHeldException} and
     * {@link IsolationUnavailableException}.
     *
     * @return what the handler returns or throws
     */
    <T extends @Nullable Object> CompletionStage<T> submit(StorageKey key, Handler<T> handler);

    /** The same for a handler that does not ask whether the conversation is still its own. */
    default <T extends @Nullable Object> CompletionStage<T> submit(StorageKey key, Callable<T> handler) {
        requireNonNull(handler, "handler");
        return submit(key, lease -> handler.call());
    }

    /**
     * Runs a handler on this thread when its turn has come. An interrupt ends the wait, and the handler's place in the queue is
     * given up; a handler that has begun finds the thread interrupted as usual.
     *
     * @return what the handler returns
     * @throws Exception what the handler throws, or what {@link #submit} would fail its stage with; of those
     *     {@link io.botfsm.storage.InterruptedCallException} if the wait was interrupted
     * @throws IllegalStateException if called within a handler of this isolation, which could wait for itself: submit there,
     *     and go on with the stage
     */
    <T extends @Nullable Object> T call(StorageKey key, Handler<T> handler) throws Exception;

    /** The same for a handler that does not ask whether the conversation is still its own. */
    default <T extends @Nullable Object> T call(StorageKey key, Callable<T> handler) throws Exception {
        requireNonNull(handler, "handler");
        return call(key, lease -> handler.call());
    }

    /**
     * Takes no more handlers and waits until those submitted have run, and what they held has been given back.
     *
     * @return whether they have, within the limit
     */
    boolean drain(Duration limit) throws InterruptedException;

    /**
     * Takes no more handlers, and ends those that have not begun: their stages fail with {@link IsolationClosedException}. Those
     * that run go on to their end, isolated as before. Returns at once; {@link #drain} before or afterwards waits. Idempotent.
     */
    @Override
    void close();
}
