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
 * Runs a bot as long as this instance is the active one: acquires the lock or stands by, starts the bot with the lease,
 * and shuts it down in order.
 *
 * <p>The steps of an orderly shutdown, each with its own timeout, are: stop polling, drain, release the lock, close the
 * lock, then the steps of {@link #thenClose}. The lease is renewed until the bot is drained. The bot is stopped when
 *
 * <ul>
 *   <li>SIGINT or SIGTERM is received or the JVM exits (unless {@link #withoutSignals} is set), {@link #stop} is
 *       called, or the thread of {@link #run} is interrupted;
 *   <li>it has {@linkplain Bot#ended ended} on its own;
 *   <li>its lease is lost, or is about to be lost, even if it is then renewed after all. A lost lease is not released.
 *       With {@link #standby}, the run continues: after a pause the runner stands by again, and starts a new bot with
 *       the next lease.
 * </ul>
 *
 * <p><b>A bot that may still be working keeps its lease.</b> If polling could not be stopped, or draining failed or
 * timed out, the lock is neither released nor closed, so that no other instance becomes active while a handler is still
 * running. Everything else is closed, and {@link #run} returns {@link #FAILED}: then end the process, so that the lease
 * expires.
 *
 * <p>A second signal, a tenth of a second or more after the first, ends the process immediately, with status 128 plus
 * the number of the signal. Handling signals requires the module {@code jdk.unsupported} and a JVM without
 * {@code -Xrs}. Otherwise, signals have their usual effect; if the JVM then exits, the bot is still shut down in order,
 * and the exit status is the JVM's. Only one runner in a process handles signals, the first that is run; the previous
 * handlers are restored at its end.
 *
 * <p>A runner is configured and run by one thread, and runs only once. {@link #stop} and {@link #state} may be called
 * by any thread at any time.
 */
public final class BotRunner {
    /** Exit status: shut down in order, because a stop was requested or the bot had ended. */
    public static final int STOPPED = 0;

    /**
     * Exit status: the bot could not start, or failed; the lock could not be acquired, or was lost; or something could
     * not be shut down in order. The log says which.
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
     * Returns a runner that fails immediately if another instance is active.
     *
     * @param lock decides who is active; closed by the runner
     */
    public static BotRunner of(InstanceLock lock) {
        return new BotRunner(Objects.requireNonNull(lock, "lock"));
    }

    /** Waits while another instance is active, and then takes over; also after a lease was lost. */
    public BotRunner standby() {
        requireNotBegun();
        standby = true;
        return this;
    }

    /**
     * Sets how long the bot may take to stop polling. The default is 10 seconds.
     *
     * @param timeout at most a day
     * @throws IllegalArgumentException if it is not positive or longer than a day
     */
    public BotRunner stopPollingTimeout(Duration timeout) {
        requireNotBegun();
        timeouts = timeouts.withStopPolling(Limit.checked("stopPollingTimeout", timeout));
        return this;
    }

    /**
     * Sets how long the bot may take to finish what it has begun. The default is 10 seconds.
     *
     * @param timeout at most a day
     * @throws IllegalArgumentException if it is not positive or longer than a day
     */
    public BotRunner drainTimeout(Duration timeout) {
        requireNotBegun();
        timeouts = timeouts.withDrain(Limit.checked("drainTimeout", timeout));
        return this;
    }

    /**
     * Adds something to close at the end, however the run ends: after the lock, in the order of the calls. Use it for
     * what the lock needs, such as the connection to its store.
     *
     * @param step a name for the log; unique
     * @param timeout how long it may take, at most a day
     * @throws IllegalArgumentException if the name is already used, or the timeout is not positive or longer than a day
     */
    public BotRunner thenClose(String step, Duration timeout, AutoCloseable c) {
        requireNotBegun();
        closers.step(step, timeout, c);
        return this;
    }

    /**
     * Handles no signals and installs no shutdown hook, for an application that determines the order of its shutdown
     * itself. The application has to call {@link #stop} and then wait until {@link #run} has returned. If the process
     * ends before that, nothing is stopped, and the lease has to expire.
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
            throw alreadyRun();
        }
    }

    private static IllegalStateException alreadyRun() {
        return new IllegalStateException("a BotRunner runs only once, and this one was already run");
    }

    /**
     * Runs the bot until it has to stop, and shuts it down. Everything is closed afterwards, so that the program can
     * exit: {@code System.exit(runner.run(factory))}.
     *
     * @param factory starts the bot, once for each lease
     * @return the exit status: {@link #STOPPED}, {@link #FAILED} or {@link #ANOTHER_IS_ACTIVE}
     * @throws IllegalStateException if the runner was already run
     */
    public int run(BotFactory factory) {
        begin(factory);
        return runToEnd(factory);
    }

    /**
     * Runs the bot as {@link #run} does, but on a separate thread, and returns immediately; for an application that is
     * started and stopped by its framework. Handles no signals and installs no shutdown hook, as with
     * {@link #withoutSignals}. The thread keeps the JVM alive until the run has ended. If the process ends before that,
     * nothing is stopped, and the lease has to expire.
     *
     * @param factory starts the bot, once for each lease
     * @return completes with the exit status when the run has ended; completing or cancelling it has no effect
     * @throws IllegalStateException if the runner was already run
     */
    public CompletableFuture<Integer> start(BotFactory factory) {
        withoutSignals();
        begin(factory);
        new Thread(() -> runToEnd(factory), "botfsm-run").start();
        return ended.copy();
    }

    private void begin(BotFactory factory) {
        Objects.requireNonNull(factory, "factory");
        if (!state.compareAndSet(RunState.NEW, RunState.STANDBY)) {
            throw alreadyRun();
        }
    }

    private int runToEnd(BotFactory factory) {
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
            LOG.info("Ended with status {}", status);
        } catch (Throwable e) {
            // A failing appender must not keep the caller from getting the status, nor the process from ending.
        }
    }

    private SignalAnswer answerToSignals() {
        return new SignalAnswer(
                signal -> {
                    if (stop.ask(signal)) {
                        LOG.info("{}: shutting down in order; a second signal ends the process immediately", signal);
                    }
                },
                Runtime.getRuntime()::halt,
                LeaseClock.system());
    }

    /**
     * Requests an orderly shutdown, without waiting for it: it is complete when {@link #run} returns, or when the
     * future that {@link #start} returned completes. Only the first request counts.
     */
    public void stop() {
        stop.ask("stop() was called");
    }

    /**
     * Requests an orderly shutdown as {@link #stop()} does, and reports its end.
     *
     * @param whenEnded called when the run has ended; immediately if it has already ended or has not begun. Must not
     *     block
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

    /** Returns how far the run has progressed. */
    public RunState state() {
        return Objects.requireNonNull(state.get());
    }

    /** Returns the active instance, if the status is {@link #ANOTHER_IS_ACTIVE}. */
    public Optional<LockHolder> heldBy() {
        return heldBy;
    }

    /** Starts the bot. */
    @FunctionalInterface
    public interface BotFactory {
        /**
         * Starts a bot, and returns when it is running. Called on a separate thread, which is interrupted if the bot
         * has to stop before it has started.
         *
         * @param lease the lease of this generation; check {@link Lease#isHeld} before each action that only the active
         *     instance may do, and use its fencing token for all writes. The runner releases it
         * @throws Exception if it cannot be started; nothing of it may then be running any more, since the lock is
         *     released
         */
        Bot start(Lease lease) throws Exception;
    }

    /** A running bot. Each method is called once, on a thread that is interrupted when the time limit is reached. */
    public interface Bot {
        /**
         * Stops accepting work. After this method has returned, no new work begins.
         *
         * @throws Exception if new work may still begin
         */
        void stopPolling() throws Exception;

        /**
         * Finishes the work that has begun. After this method has returned, nothing runs any more, and the lock is
         * released for another instance.
         *
         * @param limit how long this method may take
         * @throws Exception if something may still be running after that time, such as a {@code TimeoutException}
         */
        void drain(Duration limit) throws Exception;

        /**
         * Returns a stage that completes when the bot has ended on its own, such as at the end of its input, or fails
         * when the bot has failed. The bot is then shut down as usual. Use this to end the program: a handler that
         * calls {@code System.exit} can never be drained.
         *
         * @return a stage; by default one that never completes
         */
        default CompletionStage<?> ended() {
            return new CompletableFuture<>();
        }
    }
}
