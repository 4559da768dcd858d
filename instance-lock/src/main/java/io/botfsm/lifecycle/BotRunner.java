package io.botfsm.lifecycle;

import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LockHolder;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a bot as long as this instance is the active one: takes the lock or stands by, starts the bot with the lease,
 * and stops it in order.
 *
 * <p>To stop in order is, step by step and each step within its timeout: stop polling, drain, release the lock, close
 * the lock, then what {@link #thenClose} says. The lease is renewed until the bot is drained. The bot stops when
 *
 * <ul>
 *   <li>SIGINT or SIGTERM comes or the JVM exits (unless {@link #withoutSignals}), {@link #stop} is called, or the
 *       thread of {@link #run} is interrupted;
 *   <li>it has {@linkplain Bot#ended ended} by itself;
 *   <li>its lease is about to be lost, even if it is renewed after all, or is lost; a lost lease is not released. With
 *       {@link #standby} this is not the end: after a pause the runner stands by again, with a new bot for the next
 *       lease.
 * </ul>
 *
 * <p><b>A bot that may still be working keeps its lease.</b> If polling could not be stopped, or draining failed or
 * overran, the lock is neither released nor closed, so that no other instance becomes active beside a handler that
 * still runs. The rest is closed, and {@link #run} returns {@link #FAILED}: end the process then, and the lease
 * expires.
 *
 * <p>A second signal, a tenth of a second or more after the first, ends the process at once, with 128 and the signal's
 * number as its status. Signals need the module {@code jdk.unsupported}, and a JVM that lets programs have them: not
 * with {@code -Xrs}. Without, they do what they do otherwise; where that is an exit of the JVM, the bot stops in order
 * too, and the status is the JVM's. One runner in a process has the signals, the first to run; they go back to their
 * former handlers when it is done.
 *
 * <p>Configured and run by one thread, and run once. {@link #stop} and {@link #state} may be called by any, at any
 * time.
 */
public final class BotRunner {
    /** Exit status: stopped in order, because somebody wanted it so or the bot had ended. */
    public static final int STOPPED = 0;

    /**
     * Exit status: the bot could not start or broke, the lock could not be had or was lost, or not everything could be
     * stopped in order. The log says which.
     */
    public static final int FAILED = 1;

    /** Exit status: another instance is active, see {@link #heldBy}. The same as {@code EX_TEMPFAIL} of sysexits.h. */
    public static final int ANOTHER_IS_ACTIVE = 75;

    private static final Logger LOG = LoggerFactory.getLogger(BotRunner.class.getPackageName());
    private static final Duration EXIT_MARGIN = Duration.ofSeconds(5);

    private final InstanceLock lock;
    private final StopRequest stop = new StopRequest();
    private final ShutdownSequence.Builder closers = ShutdownSequence.builder();
    private boolean standby;
    private boolean signals = true;
    private StopTimeouts timeouts = StopTimeouts.DEFAULT;
    private final AtomicReference<RunState> state = new AtomicReference<>(RunState.NEW);
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private volatile Optional<LockHolder> heldBy = Optional.empty();

    private BotRunner(InstanceLock lock) {
        this.lock = lock;
    }

    /**
     * A runner that fails at once when another instance is active.
     *
     * @param lock decides who is active; closed by the runner
     */
    public static BotRunner of(InstanceLock lock) {
        return new BotRunner(Objects.requireNonNull(lock, "lock"));
    }

    /** Waits while another instance is active, and takes over when it is not; so again after a lost lease. */
    public BotRunner standby() {
        requireNotBegun();
        standby = true;
        return this;
    }

    /**
     * Limits how long the bot may take to stop polling, 10 seconds by default.
     *
     * @param timeout at most a day
     * @throws IllegalArgumentException if it is not positive
     */
    public BotRunner stopPollingTimeout(Duration timeout) {
        requireNotBegun();
        timeouts = timeouts.withStopPolling(Limit.checked("stopPollingTimeout", timeout));
        return this;
    }

    /**
     * Limits how long the bot may take to finish what it has begun, 10 seconds by default.
     *
     * @param timeout at most a day
     * @throws IllegalArgumentException if it is not positive
     */
    public BotRunner drainTimeout(Duration timeout) {
        requireNotBegun();
        timeouts = timeouts.withDrain(Limit.checked("drainTimeout", timeout));
        return this;
    }

    /**
     * Closes something at the end, however the run ends: after the lock, and after what was named before. What the lock
     * needs belongs here, such as the connection to its store.
     *
     * @param step a name for the log, unlike the others
     * @param timeout how long it may take, at most a day
     * @throws IllegalArgumentException if there is such a name already, or the timeout is not positive
     */
    public BotRunner thenClose(String step, Duration timeout, AutoCloseable c) {
        requireNotBegun();
        closers.step(step, timeout, c);
        return this;
    }

    /**
     * Leaves the signals and the JVM's exit alone, for an application that has handlers of its own: takes no signals
     * and installs no shutdown hook, so that the order of stopping is the application's. It has to call {@link #stop}
     * and then wait until {@link #run} has returned. If the process ends before that, nothing is stopped, and the lease
     * has to expire.
     */
    public BotRunner withoutSignals() {
        requireNotBegun();
        signals = false;
        return this;
    }

    /** For tests. */
    BotRunner timeouts(StopTimeouts chosen) {
        timeouts = chosen;
        return this;
    }

    private void requireNotBegun() {
        if (state() != RunState.NEW) {
            throw begun();
        }
    }

    private static IllegalStateException begun() {
        return new IllegalStateException("a BotRunner runs once, and this one has begun");
    }

    /**
     * Runs the bot until it has to stop, and stops it. Everything is closed afterwards; what is left is to exit:
     * {@code System.exit(runner.run(factory))}.
     *
     * @param factory starts the bot, once for each lease
     * @return the exit status: {@link #STOPPED}, {@link #FAILED} or {@link #ANOTHER_IS_ACTIVE}
     * @throws IllegalStateException if it was called before
     */
    public int run(BotFactory factory) {
        begin(factory);
        return runBegun(factory);
    }

    /**
     * Runs the bot as {@link #run} does, but on a thread of its own, and returns at once: for an application whose
     * framework starts and stops it. Takes no signals and installs no shutdown hook, as with {@link #withoutSignals}.
     * The thread keeps the JVM alive until the run has ended. If the process ends before that, nothing is stopped, and
     * the lease has to expire.
     *
     * @param factory starts the bot, once for each lease
     * @return completes with the exit status when the run has ended; completing or cancelling it has no effect
     * @throws IllegalStateException if it has run before
     */
    public CompletableFuture<Integer> start(BotFactory factory) {
        withoutSignals();
        begin(factory);
        new Thread(() -> runBegun(factory), "botfsm-run").start();
        return ended.copy();
    }

    private void begin(BotFactory factory) {
        Objects.requireNonNull(factory, "factory");
        if (!state.compareAndSet(RunState.NEW, RunState.STANDBY)) {
            throw begun();
        }
    }

    private int runBegun(BotFactory factory) {
        ShutdownSequence rest = closers.build();
        BotRun run = new BotRun(lock, standby, timeouts, rest, stop, state);
        Duration longestStop = timeouts.longestStop().plus(rest.limit()).plus(EXIT_MARGIN);
        Optional<ExitHook> hook = signals ? Optional.of(ExitHook.install(stop, longestStop)) : Optional.empty();
        Optional<Signals> taken = signals ? Optional.of(Signals.take(answerToSignals())) : Optional.empty();
        int status = FAILED;
        try {
            status = run.run(factory);
            heldBy = run.heldBy();
            logEnd(status);
            return status;
        } finally {
            taken.ifPresent(Signals::giveBack);
            hook.ifPresent(ExitHook::remove);
            state.set(RunState.ENDED);
            ended.complete(status);
            stop.restoreInterrupt();
        }
    }

    private static void logEnd(int status) {
        try {
            LOG.info("Ended, status {}", status);
        } catch (Throwable e) {
            // An appender that fails must not keep the caller from the status, and the process from its end.
        }
    }

    private SignalAnswer answerToSignals() {
        return new SignalAnswer(
                signal -> {
                    if (stop.ask(signal)) {
                        LOG.info("{}: stopping in order; a second signal ends the process at once", signal);
                    }
                },
                Runtime.getRuntime()::halt,
                LeaseClock.system());
    }

    /**
     * Asks for a stop in order, and does not wait for it: the stop is over when {@link #run} returns, or when what
     * {@link #start} returned completes. Of several requests the first counts.
     */
    public void stop() {
        stop.ask("stop() was called");
    }

    /**
     * Asks for a stop in order, as {@link #stop()} does, and reports its end.
     *
     * @param whenEnded is run once the run has ended, at once if it has ended before or not begun; must not block
     */
    public void stop(Runnable whenEnded) {
        Objects.requireNonNull(whenEnded, "whenEnded");
        stop();
        if (state() == RunState.NEW) {
            whenEnded.run();
        } else {
            var unused = ended.thenRun(whenEnded);
        }
    }

    /** How far the run is. */
    public RunState state() {
        return Objects.requireNonNull(state.get());
    }

    /** Who was active, if the status is {@link #ANOTHER_IS_ACTIVE}. */
    public Optional<LockHolder> heldBy() {
        return heldBy;
    }

    /** Starts the bot. */
    @FunctionalInterface
    public interface BotFactory {
        /**
         * Starts a bot, and returns when it is at work. Called on a thread of its own; interrupted when the bot is to
         * stop before it has started.
         *
         * @param lease this generation's; look at {@link Lease#isHeld} before each thing that only the active instance
         *     may do, and use its fencing token for all that is written. The runner releases it.
         * @throws Exception if it cannot be started; nothing of it may run any more then, since the lock is released
         */
        Bot start(Lease lease) throws Exception;
    }

    /** A bot that is at work. Each method is called once, on a thread that is interrupted when its limit is over. */
    public interface Bot {
        /**
         * Takes on no more work. When this returns nothing new begins.
         *
         * @throws Exception if that cannot be said
         */
        void stopPolling() throws Exception;

        /**
         * Finishes what was begun. When this returns nothing runs any more: the lock is released for another instance.
         *
         * @param limit how long there is time for that
         * @throws Exception if something may still be running after that time, a {@code TimeoutException} for instance
         */
        void drain(Duration limit) throws Exception;

        /**
         * Completes when the bot has come to an end by itself, as at the end of its input, or fails when it broke; it
         * is stopped like any other then. The way for a bot to end the program: a handler that calls
         * {@code System.exit} can never be drained.
         *
         * @return by default something that never completes
         */
        default CompletionStage<?> ended() {
            return new CompletableFuture<>();
        }
    }
}
