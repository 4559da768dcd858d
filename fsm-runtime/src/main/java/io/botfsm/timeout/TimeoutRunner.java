package io.botfsm.timeout;

import static java.util.Objects.requireNonNull;

import io.botfsm.Fsm;
import io.botfsm.internal.text.Text;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lock.Lease;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fires the deadlines of a bot's conversations when they have passed. It runs either as long as a lease is held, or
 * without a lease on any number of instances, which share the work.
 *
 * <pre>{@code
 * TimeoutRunner.Builder timeouts = TimeoutRunner.builder(botId);
 * TimeoutHandler handler = (fsm, key, deadline) -> flow.fire(fsm, key, deadline, replies -> send(key, replies));
 * int status = BotRunner.of(lock).run(lease -> timeouts.start(lease, fsm, handler));
 * }</pre>
 *
 * <ul>
 *   <li><b>Due conversations</b> are found by the storage's {@link DeadlineQueue}, those that have been due for the
 *       longest first; without a backlog, at the latest about a second after the deadline. Conversations that became
 *       due while no instance was running are fired when one starts.
 *   <li><b>Claims.</b> A conversation is deferred before it is fired, so that only one of several instances fires it.
 *       If that instance dies, or its handler fails, the conversation is due again when {@linkplain Builder#claim the
 *       claim} has ended. The handler ensures that a deadline takes effect only once, by acting only while the
 *       conversation still has it.
 *   <li><b>Failures.</b> A conversation whose handler fails, or leaves the deadline unchanged, is tried again after a
 *       pause that doubles each time, up to a quarter of an hour; other conversations are not affected. If handlers
 *       fail one after another, the next ones are started more slowly.
 *   <li><b>Outages</b> of the storage are logged when they begin and when they end; the runner waits for them to end.
 *   <li><b>Pace.</b> At most as many handlers run as there are {@linkplain Builder#threads threads}. If a
 *       {@linkplain Builder#permission permission} is set, no handler starts without it.
 *   <li><b>Clocks.</b> Whether a deadline has passed is decided by the storage's clock. A claim is counted from this
 *       machine's time, or from the time for which the conversation was queued if that is later. If this machine's
 *       clock is half a minute behind, claims are shorter by up to that time; if it is ahead, they are longer by that
 *       time. If it is about a day ahead, the runner fires nothing, and logs why.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class TimeoutRunner implements BotRunner.Bot {
    private static final Logger LOG = LoggerFactory.getLogger(TimeoutRunner.class.getPackageName());

    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
    private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(1);
    private static final Duration NOT_HELD_PAUSE = Duration.ofMillis(100);
    private static final Duration NOT_PERMITTED_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_FAILURE_PAUSE = Duration.ofSeconds(5);

    /** How many handlers may fail one after another before the next ones are started more slowly. */
    private static final int TOLERATED_FAILURES = 10;

    private static final int IDLE_SECONDS = 5;

    private final Object bot;
    private final Duration claim;
    private final BooleanSupplier permission;
    private final InstantSource clock;
    private final Optional<Lease> lease;
    private final Fsm fsm;
    private final TimeoutHandler handler;
    private final DeadlineQueue queue;
    private final int threads;
    private final Semaphore idleThreads;
    private final ThreadPoolExecutor executor;
    private final FailedTimeouts failures;
    private final QueueOutage outage = new QueueOutage();
    private final Deque<DueConversation> found = new ArrayDeque<>();
    private final Set<StorageKey> firing = ConcurrentHashMap.newKeySet();
    private final AtomicInteger failuresInARow = new AtomicInteger();
    private final AtomicLong fired = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread = new Thread(this::run, "botfsm-timeouts");
    private Duration interval = SHORTEST_INTERVAL;
    private boolean mayHaveMore = true;
    private volatile int backlog;
    private volatile Optional<Instant> firstDue = Optional.empty();
    private volatile Duration lateness = Duration.ZERO;
    private volatile boolean closed;

    private TimeoutRunner(
            Builder settings, Optional<Lease> lease, Fsm fsm, TimeoutHandler handler, DeadlineQueue queue) {
        this.bot = settings.bot;
        this.claim = settings.claim;
        this.permission = settings.permission;
        this.clock = settings.clock;
        this.lease = lease;
        this.fsm = fsm;
        this.handler = handler;
        this.queue = queue;
        this.threads = settings.threads;
        this.idleThreads = new Semaphore(threads);
        this.executor = daemons(threads);
        this.failures = new FailedTimeouts(claim);
    }

    private static ThreadPoolExecutor daemons(int most) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                most, most, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "botfsm-timeout");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * Collects the settings of runners.
     *
     * @param bot its id, as in {@link StorageKey#bot(Object)}
     * @throws IllegalArgumentException if it is neither a whole number nor a text, or empty
     */
    public static Builder builder(Object bot) {
        return new Builder(ConversationFilter.bot(bot).bot().orElseThrow());
    }

    private TimeoutRunner start() {
        thread.setDaemon(true);
        lease.ifPresent(held -> held.onLost(reason -> {
            stop();
            LOG.info("The lease is lost: no more timeouts are fired");
        }));
        thread.start(); // last: if anything fails before, nothing is fired
        return this;
    }

    private void run() {
        while (!closed) {
            try {
                step();
            } catch (InterruptedException e) { // normally by stop()
                LOG.debug("Looking for timeouts was interrupted", e);
            } catch (StorageClosedException e) {
                closed = true;
                ended.completeExceptionally(e);
            } catch (Throwable e) { // whatever it is, firing continues as soon as possible
                recover(e);
            }
        }
    }

    private void recover(Throwable failure) {
        try {
            if (!closed) {
                found.clear();
                Thread.sleep(outage.failed(failure, System.nanoTime()).toMillis());
            }
        } catch (Throwable e) { // interrupted by stop(), or logging failed
            Thread.onSpinWait();
        }
    }

    /** Fires what is due now, then waits until there may be more. */
    private void step() throws InterruptedException {
        if (!isActive()) {
            Thread.sleep(NOT_HELD_PAUSE.toMillis());
            return;
        }
        if (found.isEmpty()) {
            if (!mayHaveMore) {
                Thread.sleep(interval.toMillis());
            }
            long begin = System.nanoTime();
            look();
            adaptInterval(Duration.ofNanos(System.nanoTime() - begin));
            return;
        }
        pauseIfAllFail();
        idleThreads.acquire();
        int idle = 1 + idleThreads.drainPermits();
        int started = 0;
        try {
            for (DueConversation due : claimed(idle)) {
                begin(due);
                started++;
            }
        } finally {
            idleThreads.release(idle - started);
        }
        if (started == 0 && !found.isEmpty()) {
            Thread.sleep(NOT_PERMITTED_PAUSE.toMillis());
        }
    }

    private boolean isActive() {
        return !closed && lease.map(Lease::isHeld).orElse(true);
    }

    private void look() {
        List<DueConversation> due = queue.due(bot, DeadlineQueue.MAX_LIMIT);
        Instant now = clock.instant();
        due.stream()
                .filter(each -> !firing.contains(each.key())) // otherwise its claim has ended before its handler
                .forEach(each -> failures.notBefore(each, now)
                        .ifPresentOrElse(time -> postpone(each, time), () -> found.add(each)));
        if (found.isEmpty()) { // no claim will show whether the storage accepts writes
            outage.queueSucceeded(System.nanoTime());
        }
        countBacklog();
        mayHaveMore = due.size() == DeadlineQueue.MAX_LIMIT && !found.isEmpty();
    }

    private void countBacklog() {
        backlog = found.size();
        firstDue = Optional.ofNullable(found.peek()).map(DueConversation::queuedAt);
    }

    /** Looks less often while nothing is found, and never spends more than a fifth of the time on it. */
    private void adaptInterval(Duration lookTook) {
        Duration next = found.isEmpty() ? interval.multipliedBy(2) : interval.dividedBy(2);
        Duration least = max(SHORTEST_INTERVAL, lookTook.multipliedBy(4));
        interval = max(least, next.compareTo(LONGEST_INTERVAL) < 0 ? next : LONGEST_INTERVAL);
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    /** Defers a conversation until a time that the queue accepts as later, even if this machine's clock is behind. */
    private void postpone(DueConversation due, Instant time) {
        Instant later = time.isAfter(due.queuedAt()) ? time : due.queuedAt().plus(SHORTEST_INTERVAL);
        var unused = defer(List.of(due), later);
    }

    private List<DueConversation> defer(List<DueConversation> due, Instant until) {
        try {
            List<DueConversation> deferred = queue.defer(due, until);
            outage.queueSucceeded(System.nanoTime());
            return deferred;
        } catch (IllegalArgumentException e) { // the time is after queuedAt, so it must be too late
            throw new IllegalStateException(
                    "this machine's clock is more than " + DeadlineQueue.MAX_DEFERRAL.toHours()
                            + " hours ahead of the storage's: correct it (" + e.getMessage() + ")",
                    e);
        }
    }

    /**
     * Pauses if one conversation after another fails: the cause is probably not in the conversations, so the others are
     * not fired at full speed.
     */
    private void pauseIfAllFail() throws InterruptedException {
        int more = failuresInARow.get() - TOLERATED_FAILURES;
        if (more > 0) {
            Thread.sleep(Math.min(LONGEST_FAILURE_PAUSE.toMillis(), SHORTEST_INTERVAL.toMillis() << Math.min(more, 6)));
        }
    }

    /** Claims the next conversations, which no other instance gets meanwhile. */
    private List<DueConversation> claimed(int most) {
        List<DueConversation> next = new ArrayList<>();
        Instant from = clock.instant();
        while (next.size() < most && !found.isEmpty() && permission.getAsBoolean()) {
            DueConversation due = found.remove();
            next.add(due);
            from = due.queuedAt().isAfter(from) ? due.queuedAt() : from;
        }
        countBacklog();
        return next.isEmpty() || !isActive() ? List.of() : defer(next, from.plus(claim));
    }

    private void begin(DueConversation due) {
        firing.add(due.key());
        try {
            executor.execute(() -> fire(due));
        } catch (Throwable e) { // such as an error because no thread could be started
            firing.remove(due.key());
            throw e;
        }
    }

    private void fire(DueConversation due) {
        try {
            if (isActive()) {
                lateness = Duration.between(due.deadline(), clock.instant());
                if (handler.fire(fsm, due.key(), due.deadline())) {
                    succeeded(due);
                } else {
                    FailedTimeouts.Failure left = failures.failed(due, due.deadline(), clock.instant());
                    LOG.debug(
                            "{}: the handler left the deadline unchanged; it is called again after {}",
                            due.key(),
                            left.next());
                }
            }
        } catch (Throwable e) { // whatever it is, the conversation will be due again
            failed(due, e);
        } finally {
            var unused = Thread.interrupted(); // the handler may have left the flag set
            firing.remove(due.key());
            idleThreads.release();
        }
    }

    private void succeeded(DueConversation due) {
        fired.incrementAndGet();
        failuresInARow.set(0);
        failures.succeeded(due.key());
        outage.handlerSucceeded(System.nanoTime());
    }

    private void failed(DueConversation due, Throwable why) {
        try {
            failed.incrementAndGet();
            failuresInARow.incrementAndGet();
            if (why instanceof FencedException fenced) {
                lease.ifPresent(held -> held.fenced(fenced.highest()));
            }
            if (why instanceof StorageUnavailableException) { // not a failure of this conversation
                outage.handlerFailed(why, System.nanoTime());
                return;
            }
            FailedTimeouts.Failure failure = failures.failed(due, left(due), clock.instant());
            if (failuresInARow.get() > TOLERATED_FAILURES) {
                LOG.debug("{}: a timeout failed, attempt {}", due.key(), failure.times(), why);
            } else {
                LOG.warn(
                        "{}: a timeout failed, attempt {}; it is fired again after {}",
                        due.key(),
                        failure.times(),
                        failure.next(),
                        why);
            }
            if (failuresInARow.get() == TOLERATED_FAILURES) {
                LOG.warn(
                        "{} timeouts in a row have failed: until one succeeds, they are fired more slowly, and further"
                                + " failures are logged at level debug",
                        TOLERATED_FAILURES);
            }
        } catch (Throwable e) { // logging failed
            Thread.onSpinWait();
        }
    }

    /** Returns the deadline that a handler has left: it may have set another one before it failed. */
    private Instant left(DueConversation due) {
        try {
            return fsm.context(due.key()).read().snapshot().deadline().orElse(due.deadline());
        } catch (RuntimeException e) { // the caller logs the failure of the handler
            return due.deadline();
        }
    }

    private void stop() {
        closed = true;
        thread.interrupt();
    }

    /**
     * Stops firing. Handlers that have not started never will; their conversations are due again when their claims have
     * ended.
     */
    @Override
    public void stopPolling() throws InterruptedException {
        stop();
        thread.join();
    }

    /**
     * Waits for running handlers.
     *
     * @throws TimeoutException if one is still running after that time
     */
    @Override
    public void drain(Duration limit) throws InterruptedException, TimeoutException {
        closed = true;
        if (!idleThreads.tryAcquire(threads, limit.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new TimeoutException("a timeout is still being fired");
        }
        idleThreads.release(threads);
        executor.shutdown();
    }

    /**
     * Returns a stage that fails when the storage is closed, but not when the runner is stopped or the lease is lost.
     */
    @Override
    public CompletionStage<?> ended() {
        return ended.minimalCompletionStage();
    }

    /** Returns how often the handler has settled a deadline, or found it settled. */
    public long fired() {
        return fired.get();
    }

    /** Returns how often the handler has thrown an exception. */
    public long failed() {
        return failed.get();
    }

    /**
     * Returns how long after its deadline, by this machine's clock, the handler was last called; zero before the first
     * call. For a repeated attempt, it includes the time of the earlier attempts.
     */
    public Duration lateness() {
        return lateness;
    }

    /**
     * Returns approximately how many due conversations are waiting to be fired. If there are
     * {@link DeadlineQueue#MAX_LIMIT} or more, only those that were looked at are counted.
     */
    public int backlog() {
        return backlog;
    }

    /**
     * Returns how long the first of those conversations has been waiting, by this machine's clock; zero if none is
     * waiting. A conversation that was deferred, such as after a failure, has been waiting since the deferral ended.
     */
    public Duration waitingFor() {
        return firstDue.map(due -> Duration.between(due, clock.instant()))
                .filter(time -> !time.isNegative())
                .orElse(Duration.ZERO);
    }

    /** Returns whether it fires timeouts; always false after it was stopped or has lost its lease. */
    public boolean isRunning() {
        return !closed;
    }

    /** Collects the settings of runners, and starts one for each lease. Not thread-safe. */
    public static final class Builder {
        /** The default number of handlers that run concurrently. */
        public static final int DEFAULT_THREADS = 8;

        /** The default duration of a claim. */
        public static final Duration DEFAULT_CLAIM = Duration.ofMinutes(1);

        private static final int MOST_THREADS = 1_000;
        private static final Duration SHORTEST_CLAIM = Duration.ofSeconds(1);
        private static final Duration LONGEST_CLAIM = Duration.ofHours(1);

        private final Object bot;
        private int threads = DEFAULT_THREADS;
        private Duration claim = DEFAULT_CLAIM;
        private BooleanSupplier permission = () -> true;
        private boolean fenced = true;
        private InstantSource clock = InstantSource.system();
        private Consumer<? super TimeoutRunner> onStart = runner -> {};

        private Builder(Object bot) {
            this.bot = bot;
        }

        /**
         * Sets how many handlers run concurrently, on the runner's own threads. The default is
         * {@value #DEFAULT_THREADS}.
         *
         * @throws IllegalArgumentException if it is not from 1 to 1,000
         */
        public Builder threads(int most) {
            if (most < 1 || most > MOST_THREADS) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "threads must be 1 to %d: %d", MOST_THREADS, most));
            }
            threads = most;
            return this;
        }

        /**
         * Sets how long a conversation is hidden from all instances when it is fired. The default is a minute; it must
         * be longer than a handler takes. If the handler fails or the instance dies, the conversation is due again
         * after that time. A deadline that the handler sets ends the claim. A flow sets a deadline a minute ahead
         * before it sends replies: while they are being sent, the conversation is hidden for at most a minute, however
         * long the claim is.
         *
         * @throws IllegalArgumentException if it is not between a second and an hour
         */
        public Builder claim(Duration time) {
            requireNonNull(time, "time");
            if (time.compareTo(SHORTEST_CLAIM) < 0 || time.compareTo(LONGEST_CLAIM) > 0) {
                throw new IllegalArgumentException(
                        "claim must be " + SHORTEST_CLAIM + " to " + LONGEST_CLAIM + ": " + Text.oneLine("" + time));
            }
            claim = time;
            return this;
        }

        /**
         * Sets a supplier that is called before each conversation is claimed, on the thread that looks for due
         * conversations. While it returns false, nothing more is fired, and it is called again after 20 milliseconds.
         * Use it to fire no faster than messages may be sent. A permission is also used up by a conversation that
         * another instance has claimed meanwhile.
         */
        public Builder permission(BooleanSupplier mayFire) {
            permission = requireNonNull(mayFire, "mayFire");
            return this;
        }

        /** Allows a storage without fencing: writes of handlers then carry no fencing token. */
        public Builder unfenced() {
            fenced = false;
            return this;
        }

        /**
         * Sets a listener that receives each runner before it begins, on the thread that starts it; for example to
         * measure it. If the listener throws, starting the runner fails with the same exception, and nothing is fired.
         */
        public Builder onStart(Consumer<? super TimeoutRunner> listener) {
            onStart = requireNonNull(listener, "listener");
            return this;
        }

        /** For tests. */
        Builder clock(InstantSource source) {
            clock = source;
            return this;
        }

        /**
         * Starts a runner that fires as long as the lease is held. Call it once for each lease.
         *
         * @param fsm the conversations; the runner fences it with the lease's token
         * @param handler handles a due conversation
         * @throws IllegalArgumentException if the storage has no {@link DeadlineQueue}, or does not support fencing,
         *     see {@link #unfenced}
         */
        public TimeoutRunner start(Lease lease, Fsm fsm, TimeoutHandler handler) {
            requireNonNull(lease, "lease");
            requireNonNull(fsm, "fsm");
            requireNonNull(handler, "handler");
            return start(Optional.of(lease), fenced ? fsm.fencedBy(lease.fencingToken()) : fsm, handler);
        }

        /**
         * Starts a runner without a lease, on one instance or several.
         *
         * @param fsm the conversations
         * @param handler handles a due conversation
         * @throws IllegalArgumentException if the storage has no {@link DeadlineQueue}
         */
        public TimeoutRunner start(Fsm fsm, TimeoutHandler handler) {
            requireNonNull(fsm, "fsm");
            return start(Optional.empty(), fsm, requireNonNull(handler, "handler"));
        }

        private TimeoutRunner start(Optional<Lease> lease, Fsm ofThisLease, TimeoutHandler handler) {
            DeadlineQueue queue = ofThisLease
                    .storage()
                    .extension(DeadlineQueue.class)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "the storage has no DeadlineQueue, which is needed to find due conversations"));
            TimeoutRunner runner = new TimeoutRunner(this, lease, ofThisLease, handler, queue);
            onStart.accept(runner);
            return runner.start();
        }
    }
}
