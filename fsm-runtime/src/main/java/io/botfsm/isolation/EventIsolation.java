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
 * Runs handlers so that those of one conversation run one after another in the order in which they were submitted, and
 * those of different conversations in parallel: {@linkplain #inProcess() within one process}, or {@linkplain #of across
 * several}.
 *
 * <pre>{@code
 * isolation.submit(key, () -> fsm.handle(key, updateId, turn -> answer(turn, text)))
 *         .thenAccept(handled -> reply(handled));
 * }</pre>
 *
 * <p>What hangs on a stage without {@code Async} runs before the next handler of the conversation begins, and so keeps
 * its order too. A handler that fails, is stuck, or is slow holds up its own conversation only, as long as the executor
 * has threads. Across processes the order is that within each; between processes it is that in which they get the
 * conversation first.
 *
 * <p>How many handlers may wait is bounded, for one conversation and in total. A conversation without handlers leaves
 * nothing behind. Stages fail with what the handler throws, or with a subclass of
 * {@link io.botfsm.storage.FsmException} of this package if it has not begun and never will. Thread-safe; make one per
 * bot and share it.
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
    static EventIsolation of(LeaseStore store) {
        return builder().leaseStore(store).build();
    }

    /** With settings of your choice. */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Submits a handler, and returns at once if there is room. If all the room there is in total is taken, waits for
     * some, as a poller should that is faster than its handlers; but not within a handler, which may be what others
     * wait for.
     *
     * <p>The stage fails with {@link BacklogFullException} if the conversation has as many handlers as it may, or if in
     * total no room was found in time; with {@link IsolationClosedException} after {@link #drain} or {@link #close};
     * with {@link HandlerRejectedException} if the executor refuses; with
     * {@link io.botfsm.storage.InterruptedCallException} if this thread was interrupted while it waited; across
     * processes also with {@link ConversationHeldException} and {@link IsolationUnavailableException}.
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
     * Runs a handler on this thread when its turn has come. An interrupt ends the wait, and the handler's place in the
     * queue is given up; a handler that has begun finds the thread interrupted as usual.
     *
     * @return what the handler returns
     * @throws Exception what the handler throws, or what {@link #submit} would fail its stage with; of those
     *     {@link io.botfsm.storage.InterruptedCallException} if the wait was interrupted
     * @throws IllegalStateException if called within a handler of this isolation, which could wait for itself: submit
     *     there, and go on with the stage
     */
    <T extends @Nullable Object> T call(StorageKey key, Handler<T> handler) throws Exception;

    /** The same for a handler that does not ask whether the conversation is still its own. */
    default <T extends @Nullable Object> T call(StorageKey key, Callable<T> handler) throws Exception {
        requireNonNull(handler, "handler");
        return call(key, lease -> handler.call());
    }

    /** How many handlers wait or run now, for metrics. */
    int handlers();

    /** How many conversations have a handler that waits or runs now, for metrics. */
    int conversations();

    /** How many handlers were refused since there was no room for them, for metrics. */
    long refused();

    /**
     * Takes no more handlers and waits until those submitted have run, and what they held has been given back.
     *
     * @return whether they have, within that time
     */
    boolean drain(Duration timeout) throws InterruptedException;

    /**
     * Takes no more handlers, and ends those that have not begun: their stages fail with
     * {@link IsolationClosedException}. Those that run go on to their end, isolated as before. Returns at once;
     * {@link #drain} before or afterwards waits. Idempotent.
     */
    @Override
    void close();

    /** Collects how updates are isolated. Not thread-safe. */
    final class Builder {
        /**
         * How many handlers of one conversation may wait or run unless chosen otherwise: Telegram keeps 100
         * unconfirmed.
         */
        public static final int DEFAULT_PER_CONVERSATION = 128;

        /** How many handlers may wait or run in total unless chosen otherwise. */
        public static final int DEFAULT_IN_TOTAL = 10_000;

        /** How long submitting waits for room in total unless chosen otherwise. */
        public static final Duration DEFAULT_SUBMIT_TIMEOUT = Duration.ofSeconds(10);

        /** How long a lease lasts unless renewed or chosen otherwise. */
        public static final Duration DEFAULT_TTL = Duration.ofSeconds(10);

        /**
         * How long a handler waits for other processes unless chosen otherwise: longer than a crashed one can be in the
         * way.
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
         * What runs handlers: one task for each conversation that has some, which ends after each handler. Virtual
         * threads will do. Not closed. By default {@linkplain #threads threads} of the isolation's own.
         */
        public Builder executor(Executor forHandlers) {
            requireNonNull(forHandlers, "forHandlers");
            executor = Optional.of(forHandlers);
            return this;
        }

        /**
         * How many threads of its own the isolation may have for handlers: daemons that end when they are idle. Four
         * for each processor by default, at least 16, since handlers wait for storages most of the time.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder threads(int most) {
            threads = Optional.of(positive("threads", most));
            return this;
        }

        /**
         * How many handlers of one conversation may wait or run, {@value #DEFAULT_PER_CONVERSATION} by default.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder perConversation(int most) {
            perConversation = positive("perConversation", most);
            return this;
        }

        /**
         * How many handlers may wait or run in total, {@value #DEFAULT_IN_TOTAL} by default.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder inTotal(int most) {
            inTotal = positive("inTotal", most);
            return this;
        }

        /**
         * How long submitting waits for room in total, {@link #DEFAULT_SUBMIT_TIMEOUT} by default; zero does not wait.
         *
         * @throws IllegalArgumentException if it is negative or longer than a day
         */
        public Builder submitTimeout(Duration timeout) {
            requireNonNull(timeout, "timeout");
            submitTimeout = waiting("submitTimeout", timeout);
            return this;
        }

        /**
         * Interrupts a handler that runs longer than this, and logs a warning; never by default. A handler that goes on
         * all the same holds up its conversation until it ends.
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
         * Isolates across all processes that share the store, by a lease for each conversation that is being handled.
         * Not closed.
         */
        public Builder leaseStore(LeaseStore leases) {
            requireNonNull(leases, "store");
            store = Optional.of(leases);
            return this;
        }

        /**
         * How long a lease lasts unless renewed, {@link #DEFAULT_TTL} by default; the same in all processes. What a
         * crashed process was handling can be handled by another after that time.
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
         * How long a handler whose turn has come waits for another process to let the conversation go,
         * {@link #DEFAULT_ACQUIRE_TIMEOUT} by default; zero tries once. Those of the same conversation behind one that
         * waited in vain try once.
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
         * The isolation. Has threads once it is used.
         *
         * @throws IllegalArgumentException if settings contradict each other; the message names them
         */
        public EventIsolation build() {
            return queued();
        }

        QueuedIsolation queued() {
            if (executor.isPresent() && threads.isPresent()) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT, "threads(%d) contradicts executor(…), which has its own", threads.get()));
            }
            requireStore("ttl", ttl);
            requireStore("acquireTimeout", acquireTimeout);
            IsolationThreads own = new IsolationThreads(threads.orElseGet(IsolationThreads::defaultSize));
            Admission admission = store.<Admission>map(leases ->
                            new LeaseAdmission(engine(leases, own), acquireTimeout.orElse(DEFAULT_ACQUIRE_TIMEOUT)))
                    .orElse((handler, again) -> InProcessPermit.INSTANCE);
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
                        String.format(Locale.ROOT, "%s(%s) without leaseStore(…)", name, setting.get()));
            }
        }
    }
}
