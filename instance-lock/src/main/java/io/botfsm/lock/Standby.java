package io.botfsm.lock;

import io.botfsm.lock.AcquireResult.Acquired;
import io.botfsm.lock.AcquireResult.HeldBy;
import io.botfsm.lock.InstanceLeases.Attempted;
import io.botfsm.lock.internal.LeaseEngine;
import io.botfsm.lock.internal.LeaseWait;
import io.botfsm.lock.internal.Scheduler;
import io.botfsm.lock.internal.text.UnicodeText;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.LockHolder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the lock: tries to acquire it, and tries again whenever it may have become free. Thread-safe. */
final class Standby {
    private static final Logger LOGGER = LoggerFactory.getLogger(Standby.class.getPackageName());

    private final InstanceLeases leases;
    private final LeaseEngine engine;
    private final LeaseWait wait;
    private final CompletableFuture<AcquireResult> result = new CompletableFuture<>();
    private final Object monitor = new Object();
    private Optional<LockHolder> seen = Optional.empty();
    private @Nullable Attempted attempt;
    private boolean over;
    private boolean failing;
    private boolean reportedForever;

    private Standby(InstanceLeases leases, long end) {
        this.leases = leases;
        this.engine = leases.engine();
        this.wait = new LeaseWait(engine, leases.name(), end);
    }

    /**
     * Starts to wait.
     *
     * @param end when to stop, in the clock's nanoseconds
     */
    static Standby begin(InstanceLeases leases, long end) {
        Standby standby = new Standby(leases, end);
        standby.tryNow();
        return standby;
    }

    /** Returns the lease, or the holder of the lock at the end. */
    CompletableFuture<AcquireResult> result() {
        return result;
    }

    /** Ends the wait with a failure. If it acquires a lease nevertheless, the lease is released. */
    void cancel(Throwable why) {
        Attempted pending;
        synchronized (monitor) {
            pending = attempt;
        }
        end(); // so that no new attempt begins when this one ends
        if (pending != null) {
            pending.undo(why);
        }
        result.completeExceptionally(why);
    }

    private void tryNow() {
        try {
            attempt();
        } catch (Throwable e) { // such as no memory for a timer: nobody else would try again
            cancel(e);
        }
    }

    private void attempt() {
        Optional<LockHolder> seenBefore;
        synchronized (monitor) {
            if (over) {
                return;
            }
            seenBefore = seen;
        }
        Attempted started = leases.attempt(seenBefore);
        watch(started);
        Duration timeout = engine.timings().requestTimeout();
        Scheduler.Task timer =
                engine.later(timeout, () -> started.giveUp(new TimeoutException("no answer within " + timeout)));
        var unused = started.result().whenComplete((answer, failure) -> {
            timer.cancel();
            try {
                answered(answer, failure);
            } catch (Throwable e) { // such as an error of an appender: the caller must not wait forever
                fail(e);
                if (answer != null) {
                    InstanceLeases.giveBack(answer);
                }
            }
        });
    }

    /** Keeps the attempt so that it can be cancelled; the wait may have been cancelled meanwhile. */
    private void watch(Attempted started) {
        synchronized (monitor) {
            if (!over) {
                attempt = started;
                return;
            }
        }
        started.giveUp(new CancellationException());
    }

    private void answered(@Nullable AcquireResult answer, @Nullable Throwable failure) {
        Optional<LockHolder> holder = answer instanceof HeldBy held ? Optional.of(held.holder()) : Optional.empty();
        holder.ifPresent(this::reportIfForever);
        synchronized (monitor) {
            attempt = null;
            seen = holder.or(() -> seen);
            if (over && answer == null) { // cancelled
                return;
            }
        }
        warnIfFailing(failure);
        if (answer != null && (answer instanceof Acquired || wait.isTimeOver())) {
            finish(answer);
        } else if (failure != null && (isLasting(failure) || wait.isTimeOver())) {
            fail(failure);
        } else {
            Duration pause = holder.map(other -> engine.pause(Optional.of(other.remaining())))
                    .orElse(engine.timings().retryPause());
            wait.sleep(pause, this::tryNow);
        }
    }

    private void reportIfForever(LockHolder holder) {
        if (holder.remaining().equals(LockHolder.FOREVER) && !reportedForever) {
            reportedForever = true;
            leases.publish(new LockEvent.HeldForever(leases.name(), holder));
        }
    }

    private void warnIfFailing(@Nullable Throwable failure) {
        if (failure != null && !failing && !isLasting(failure)) {
            LOGGER.warn(
                    "Lock \"{}\": standing by, but the store fails: {}",
                    UnicodeText.printable(leases.name()),
                    UnicodeText.oneLine(Failures.cause(failure).toString()));
        }
        failing = failure != null;
    }

    private static boolean isLasting(Throwable failure) {
        return Failures.cause(failure) instanceof LeaseStoreException known && known.isLasting();
    }

    private void finish(AcquireResult answer) {
        end();
        if (!result.complete(answer)) { // cancelled meanwhile
            InstanceLeases.giveBack(answer);
        }
    }

    private void fail(Throwable why) {
        end();
        result.completeExceptionally(why);
    }

    private void end() {
        synchronized (monitor) {
            over = true;
        }
        wait.end();
    }
}
