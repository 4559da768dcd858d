package io.botfsm.isolation;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.internal.Identity;
import io.botfsm.lock.internal.LeaseEngine;
import io.botfsm.lock.internal.LeaseSettings;
import io.botfsm.lock.internal.LeaseTimers;
import io.botfsm.lock.internal.LeaseTimings;
import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs handlers of one conversation one after another, in the order in which they were submitted, and handlers of
 * different conversations in parallel. The isolation is {@linkplain #inProcess() within one process}, or
 * {@linkplain #of across several}.
 *
 * <pre>{@code
 * isolation.submit(key, () -> fsm.handle(key, updateId, turn -> answer(turn, text)))
 *         .thenAccept(handled -> reply(handled));
 * }</pre>
 *
 * <p>Dependent actions of a stage that are added without {@code Async} run before the next handler of the conversation
 * begins, so they are ordered too. A handler that fails, hangs or is slow delays only its own conversation, as long as
 * the executor has threads. Across processes, order is kept within each process; between processes, the one that gets
 * the conversation first runs first.
 *
 * <p>The number of waiting handlers is bounded, per conversation and in total. No resources are kept for a conversation
 * without handlers. A stage fails with the exception that the handler throws, or with a subclass of
 * {@link io.botfsm.storage.FsmException} from this package if the handler has not started and never will. Thread-safe;
 * create one per bot and share it.
 */
public interface EventIsolation extends AutoCloseable {
    /** Handles one update while no other update of the same conversation is being handled. */
    @FunctionalInterface
    interface Handler<T extends @Nullable Object> {
        /**
         * Handles the update.
         *
         * @param lease reports whether this handler still holds the conversation
         * @throws Exception any failure: the stage fails with it, and the next handler runs
         */
        T handle(ConversationLease lease) throws Exception;
    }

    /** Returns an isolation within one process, with default settings. */
    static EventIsolation inProcess() {
        return builder().build();
    }

    /**
     * Returns an isolation across all processes that share a store, with default settings.
     *
     * @param store keeps a lease for each conversation that is being handled; not closed
     */
    static EventIsolation of(LeaseStore store) {
        return builder().leaseStore(store).build();
    }

    /** Returns a builder for an isolation with settings other than the defaults. */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Submits a handler, and returns immediately if there is room. If the total limit is reached, the call waits for
     * room, which slows down a poller that is faster than its handlers. It does not wait when called within a handler,
     * since others may be waiting for that handler.
     *
     * <p>The stage fails with {@link BacklogFullException} if the conversation has reached its limit, or if the total
     * limit left no room within the submit timeout; with {@link IsolationClosedException} after {@link #drain} or
     * {@link #close}; with {@link HandlerRejectedException} if the executor rejects it; with
     * {@link io.botfsm.storage.InterruptedCallException} if this thread was interrupted while it waited; and across
     * processes also with {@link ConversationHeldException} and {@link IsolationUnavailableException}.
     *
     * @return what the handler returns or throws
     */
    <T extends @Nullable Object> CompletionStage<T> submit(StorageKey key, Handler<T> handler);

    /** Submits a handler that does not use the lease, as {@link #submit(StorageKey, Handler)} does. */
    default <T extends @Nullable Object> CompletionStage<T> submit(StorageKey key, Callable<T> handler) {
        requireNonNull(handler, "handler");
        return submit(key, lease -> handler.call());
    }

    /**
     * Runs a handler on the calling thread when its turn has come. An interrupt ends the wait and removes the handler
     * from the queue; a handler that has started sees the thread's interrupt flag as usual.
     *
     * @return what the handler returns
     * @throws Exception what the handler throws, or the exception with which the stage of {@link #submit} would fail,
     *     such as {@link io.botfsm.storage.InterruptedCallException} if the wait was interrupted
     * @throws IllegalStateException if called within a handler of this isolation, which could wait for itself: use
     *     {@link #submit} there, and continue with the stage
     */
    <T extends @Nullable Object> T call(StorageKey key, Handler<T> handler) throws Exception;

    /** Runs a handler that does not use the lease, as {@link #call(StorageKey, Handler)} does. */
    default <T extends @Nullable Object> T call(StorageKey key, Callable<T> handler) throws Exception {
        requireNonNull(handler, "handler");
        return call(key, lease -> handler.call());
    }

    /** Returns how many handlers are currently waiting or running, for metrics. */
    int handlers();

    /** Returns how many conversations currently have a waiting or running handler, for metrics. */
    int conversations();

    /** Returns how many handlers were refused because there was no room for them, for metrics. */
    long refused();

    /**
     * Stops accepting handlers, and waits until all submitted ones have run and the conversations they held have been
     * released.
     *
     * @return whether all of this happened within the timeout
     */
    boolean drain(Duration timeout) throws InterruptedException;

    /**
     * Stops accepting handlers, and cancels those that have not started: their stages fail with
     * {@link IsolationClosedException}. Running handlers continue to their end, isolated as before. Returns
     * immediately; call {@link #drain} before or afterwards to wait. Idempotent.
     */
    @Override
    void close();

    /** Collects the settings of an isolation. Not thread-safe. */
    final class Builder {
        /**
         * The default limit of waiting and running handlers per conversation; Telegram keeps 100 unconfirmed updates.
         */
        public static final int DEFAULT_PER_CONVERSATION = 128;

        /** The default limit of waiting and running handlers in total. */
        public static final int DEFAULT_IN_TOTAL = 10_000;

        /** The default time for which submitting waits for room in total. */
        public static final Duration DEFAULT_SUBMIT_TIMEOUT = Duration.ofSeconds(10);

        /** The default time to live of a lease that is not renewed. */
        public static final Duration DEFAULT_TTL = Duration.ofSeconds(10);

        /**
         * The default time for which a handler waits for other processes. It is longer than the lease of a crashed
         * process lasts.
         */
        public static final Duration DEFAULT_ACQUIRE_TIMEOUT = Duration.ofSeconds(15);

        private static final Duration LONGEST = Duration.ofDays(1);

        private Optional<Executor> executor = Optional.empty();
        private Optional<Integer> threads = Optional.empty();
        private int perConversation = DEFAULT_PER_CONVERSATION;
        private int inTotal = DEFAULT_IN_TOTAL;
        private Duration submitTimeout = DEFAULT_SUBMIT_TIMEOUT;
        private Optional<Duration> handlerTimeout = Optional.empty();
        private Optional<LeaseStore> store = Optional.empty();
        private Optional<Duration> ttl = Optional.empty();
        private Optional<Duration> acquireTimeout = Optional.empty();
        private LeaseClock clock = LeaseClock.system();

        Builder() {}

        /**
         * Sets the executor that runs handlers: it receives a task for each handler, more than one if the handler has
         * to wait for another process, and never two at once for one conversation. An executor of virtual threads is
         * suitable. It is not closed. By default, the isolation uses its own {@linkplain #threads threads}.
         */
        public Builder executor(Executor forHandlers) {
            requireNonNull(forHandlers, "forHandlers");
            executor = Optional.of(forHandlers);
            return this;
        }

        /**
         * Sets the maximum number of the isolation's own threads for handlers. They are daemon threads that end when
         * they are idle. The default is four per processor, and at least 16, since handlers mostly wait for storages.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder threads(int most) {
            threads = Optional.of(positive("threads", most));
            return this;
        }

        /**
         * Sets how many handlers of one conversation may wait or run. The default is
         * {@value #DEFAULT_PER_CONVERSATION}.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder perConversation(int most) {
            perConversation = positive("perConversation", most);
            return this;
        }

        /**
         * Sets how many handlers may wait or run in total. The default is {@value #DEFAULT_IN_TOTAL}.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder inTotal(int most) {
            inTotal = positive("inTotal", most);
            return this;
        }

        /**
         * Sets how long submitting waits for room in total. The default is {@link #DEFAULT_SUBMIT_TIMEOUT}; with zero
         * it does not wait.
         *
         * @throws IllegalArgumentException if it is negative or longer than a day
         */
        public Builder submitTimeout(Duration timeout) {
            requireNonNull(timeout, "timeout");
            submitTimeout = waiting("submitTimeout", timeout);
            return this;
        }

        /**
         * Sets the time after which a running handler is interrupted and a warning is logged. By default there is no
         * limit. A handler that ignores the interrupt blocks its conversation until it ends.
         *
         * @throws IllegalArgumentException if it is not positive or longer than a day
         */
        public Builder handlerTimeout(Duration timeout) {
            requireNonNull(timeout, "timeout");
            if (waiting("handlerTimeout", timeout).isZero()) {
                throw new IllegalArgumentException("handlerTimeout must be positive: " + timeout);
            }
            handlerTimeout = Optional.of(timeout);
            return this;
        }

        /**
         * Isolates across all processes that share the store, with a lease for each conversation that is being handled.
         * The store is not closed.
         */
        public Builder leaseStore(LeaseStore leases) {
            requireNonNull(leases, "store");
            store = Optional.of(leases);
            return this;
        }

        /**
         * Sets the time to live of a lease that is not renewed. The default is {@link #DEFAULT_TTL}. It must be the
         * same in all processes. After this time, another process can handle the conversations of a crashed one.
         *
         * @throws IllegalArgumentException if it is not 100 milliseconds to a day
         */
        public Builder ttl(Duration d) {
            requireNonNull(d, "ttl");
            LeaseTimings.of(d);
            ttl = Optional.of(d);
            return this;
        }

        /**
         * Sets how long a handler whose turn has come waits for another process to release the conversation. The
         * default is {@link #DEFAULT_ACQUIRE_TIMEOUT}; with zero it tries once. After a handler has waited without
         * success, the queued handlers of its conversation try only once.
         *
         * @throws IllegalArgumentException if it is negative or longer than a day
         */
        public Builder acquireTimeout(Duration timeout) {
            requireNonNull(timeout, "timeout");
            acquireTimeout = Optional.of(waiting("acquireTimeout", timeout));
            return this;
        }

        /** Measures leases with another clock; for tests. */
        Builder clock(LeaseClock c) {
            clock = c;
            return this;
        }

        private static int positive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be positive: " + value);
            }
            return value;
        }

        private static Duration waiting(String name, Duration timeout) {
            if (timeout.isNegative() || timeout.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "%s must be zero to %s: %s", name, LONGEST, timeout));
            }
            return timeout;
        }

        /**
         * Builds the isolation. It starts threads when it is used.
         *
         * @throws IllegalArgumentException if settings contradict each other; the message names them
         */
        public EventIsolation build() {
            return queued();
        }

        QueuedIsolation queued() {
            if (executor.isPresent() && threads.isPresent()) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT, "threads(%d) contradicts executor(…), which has its own threads", threads.get()));
            }
            requireStore("ttl", ttl);
            requireStore("acquireTimeout", acquireTimeout);
            IsolationThreads own = new IsolationThreads(threads.orElseGet(IsolationThreads::defaultSize));
            Admission admission = store.<Admission>map(leases ->
                            new LeaseAdmission(engine(leases, own), acquireTimeout.orElse(DEFAULT_ACQUIRE_TIMEOUT)))
                    .orElse((handler, retry) -> InProcessPermit.INSTANCE);
            return new QueuedIsolation(
                    admission,
                    own,
                    executor.orElse(own.handlers()),
                    new IsolationLimits(perConversation, inTotal, submitTimeout, handlerTimeout));
        }

        private LeaseEngine engine(LeaseStore leases, IsolationThreads own) {
            return new LeaseEngine(
                    leases,
                    Identity.ofThisProcess(false),
                    LeaseSettings.ofConversations(ttl.orElse(DEFAULT_TTL)),
                    LeaseTimers.of(clock, own, own));
        }

        private void requireStore(String name, Optional<Duration> setting) {
            if (setting.isPresent() && store.isEmpty()) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "%s(%s) needs leaseStore(…)", name, setting.get()));
            }
        }
    }
}
