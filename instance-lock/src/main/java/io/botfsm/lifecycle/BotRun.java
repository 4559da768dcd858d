package io.botfsm.lifecycle;

import static io.botfsm.lifecycle.BotRunner.ANOTHER_IS_ACTIVE;
import static io.botfsm.lifecycle.BotRunner.FAILED;
import static io.botfsm.lifecycle.BotRunner.STOPPED;

import io.botfsm.lifecycle.BotRunner.BotFactory;
import io.botfsm.lifecycle.Ending.BotFailed;
import io.botfsm.lifecycle.Ending.LeaseExpiring;
import io.botfsm.lifecycle.Ending.LeaseLost;
import io.botfsm.lock.AcquireResult;
import io.botfsm.lock.AcquireResult.Acquired;
import io.botfsm.lock.AcquireResult.HeldBy;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LockHolder;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a bot: rounds until the last one, then the final shutdown. Confined to the thread that runs it. */
final class BotRun {
    private static final Logger LOG = LoggerFactory.getLogger(BotRun.class.getPackageName());

    private final InstanceLock lock;
    private final boolean standby;
    private final StopTimeouts timeouts;
    private final ShutdownSequence closers;
    private final StopRequest stop;
    private final AtomicReference<RunState> state;
    private Optional<LockHolder> heldBy = Optional.empty();
    private boolean keepsLease;

    BotRun(
            InstanceLock lock,
            boolean standby,
            StopTimeouts timeouts,
            ShutdownSequence closers,
            StopRequest stop,
            AtomicReference<RunState> state) {
        this.lock = lock;
        this.standby = standby;
        this.timeouts = timeouts;
        this.closers = closers;
        this.stop = stop;
        this.state = state;
    }

    /** Returns the active instance, if that is the reason why the run ended. */
    Optional<LockHolder> heldBy() {
        return heldBy;
    }

    /** Runs the bot. Returns the exit status. */
    int run(BotFactory factory) {
        int status = FAILED;
        boolean lockClosed = false;
        try {
            status = rounds(factory);
        } catch (Throwable e) {
            logFailure(e);
        }
        try {
            lockClosed = closeLock();
        } catch (Throwable e) {
            logFailure(e);
        }
        boolean restClosed = closers.run().isClean();
        return status == STOPPED && !(lockClosed && restClosed) ? FAILED : status;
    }

    private static void logFailure(Throwable failure) {
        try {
            LOG.error("The run failed; shutting down", failure);
        } catch (Throwable e) {
            // A failing appender must not keep the rest from being closed; the status reports the failure too.
        }
    }

    private int rounds(BotFactory factory) {
        CompletableFuture<Ending> round = nextRound();
        OptionalInt status = round(factory, round);
        while (status.isEmpty()) {
            round = nextRound();
            LOG.info("Standing by again in {}", timeouts.pause());
            stop.await(round, timeouts.pause());
            status = round(factory, round);
        }
        return status.getAsInt();
    }

    private CompletableFuture<Ending> nextRound() {
        state.set(RunState.STANDBY);
        return stop.nextRound();
    }

    /** Returns the status if this round was the last. */
    private OptionalInt round(BotFactory factory, CompletableFuture<Ending> round) {
        if (round.isDone()) {
            return stoppedBeforeStart(round);
        }
        Acquiring acquiring = Acquiring.begin(lock, standby);
        stop.await(CompletableFuture.anyOf(acquiring.result(), round));
        if (!acquiring.result().isDone()) {
            acquiring.abandon(timeouts.interrupted());
            return stoppedBeforeStart(round);
        }
        AcquireResult attempt;
        try {
            attempt = acquiring.result().join();
        } catch (CompletionException e) {
            LOG.error("Not started: the lock could not be acquired", e.getCause());
            return OptionalInt.of(FAILED);
        }
        return attempt instanceof Acquired acquired
                ? generation(acquired.lease(), factory, round)
                : notAcquired(((HeldBy) attempt).holder());
    }

    private static OptionalInt stoppedBeforeStart(CompletableFuture<Ending> round) {
        LOG.info("Not started: {}", round.join().why());
        return OptionalInt.of(STOPPED);
    }

    private OptionalInt notAcquired(LockHolder holder) {
        heldBy = Optional.of(holder);
        LOG.error("Not started: the active instance is {}", holder.describe());
        return OptionalInt.of(ANOTHER_IS_ACTIVE);
    }

    private OptionalInt generation(Lease lease, BotFactory factory, CompletableFuture<Ending> round) {
        Generation generation = new Generation(lease, round, timeouts, state);
        keepsLease = true;
        boolean stopped;
        try {
            generation.start(factory);
            stop.await(round);
            logWhy(round.join());
        } finally {
            stopped = generation.stop();
            keepsLease = !stopped && !generation.hasLostLease();
        }
        if (!stopped) {
            return OptionalInt.of(FAILED);
        }
        boolean released = generation.hasLostLease() || step("release the lock", lease);
        return status(round.join(), released && !generation.hasLostLease());
    }

    private static void logWhy(Ending ending) {
        if (ending instanceof BotFailed failed) {
            LOG.error("The bot stops: {}", failed.why(), failed.cause());
        } else if (ending instanceof LeaseExpiring || ending instanceof LeaseLost) {
            LOG.warn("The bot stops: {}", ending.why());
        } else {
            LOG.info("The bot stops: {}", ending.why());
        }
    }

    private OptionalInt status(Ending ending, boolean gaveLeaseBack) {
        if (ending instanceof LeaseExpiring || ending instanceof LeaseLost) {
            return standby ? OptionalInt.empty() : OptionalInt.of(FAILED);
        }
        return OptionalInt.of(gaveLeaseBack && !(ending instanceof BotFailed) ? STOPPED : FAILED);
    }

    private boolean closeLock() {
        if (keepsLease) {
            LOG.error(
                    "Parts of the bot may still be running, so the lease is not released. End the process; the lease then"
                            + " expires");
            return false;
        }
        return step("close the lock", lock);
    }

    private boolean step(String name, AutoCloseable action) {
        return ShutdownSequence.builder()
                .step(name, timeouts.release(), action)
                .build()
                .run()
                .isClean();
    }
}
