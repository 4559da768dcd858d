package io.botfsm.lock;

import io.botfsm.lock.store.LeaseStore;
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

/**
 * Waits for the lock: tries, and again whenever it may have become free. A release is told by the store at once; the time to
 * live and a time at most between two attempts are there for when it is not. Thread-safe.
 */
final class Standby {
    private static final Logger LOGGER = LoggerFactory.getLogger(InstanceLock.class);

    private final LeaseEngine engine;
    private final long end;
    private final CompletableFuture<AcquireResult> result = new CompletableFuture<>();
    private final Object monitor = new Object();
    private Optional<LockHolder> seen = Optional.empty();
    private @Nullable AcquireAttempt attempt;
    private boolean trying;
    private boolean again;
    private boolean over;
    private boolean subscribed;
    private boolean failing;
    private boolean toldOfForever;
    private LeaseStore.@Nullable Subscription subscription;
    private Scheduler.@Nullable Task sleep;

    private Standby(LeaseEngine engine, long end) {
        this.engine = engine;
        this.end = end;
    }

    /**
     * Begins.
     *
     * @param end when to stop, by the clock's nanoseconds
     */
    static Standby begin(LeaseEngine engine, long end) {
        Standby standby = new Standby(engine, end);
        standby.subscribeThenTry();
        return standby;
    }

    /** The lease, or who had the lock at the end. */
    CompletableFuture<AcquireResult> result() {
        return result;
    }

    /** Ends it as failed; a lease that it gets all the same is given back. */
    void cancel(Throwable why) {
        AcquireAttempt pending;
        synchronized (monitor) {
            pending = attempt;
        }
        if (pending != null) {
            pending.giveUp(why);
        }
        fail(why);
    }

    /** A release between the first attempt and the subscription would be missed: so the subscription comes first. */
    private void subscribeThenTry() {
        if (!beginsToSubscribe()) {
            tryNow();
            return;
        }
        Scheduler.Task timeout = engine.later(engine.timings().requestTimeout(), this::tryNow);
        var unused = engine.subscribe(this::tryNow).whenComplete((subscribed, failure) -> {
            timeout.cancel();
            if (subscribed == null) {
                notSubscribed();
            } else {
                keep(subscribed);
            }
            tryNow();
        });
    }

    private boolean beginsToSubscribe() {
        synchronized (monitor) {
            boolean begins = !over && !subscribed;
            subscribed = true;
            return begins;
        }
    }

    /** The next attempt tries again. */
    private void notSubscribed() {
        synchronized (monitor) {
            subscribed = false;
        }
    }

    private void keep(LeaseStore.Subscription kept) {
        synchronized (monitor) {
            if (!over) {
                subscription = kept;
                return;
            }
        }
        kept.close();
    }

    private void tryNow() {
        Optional<LockHolder> seenBefore;
        synchronized (monitor) {
            if (over) {
                return;
            }
            if (trying) {
                again = true;
                return;
            }
            trying = true;
            again = false;
            wake();
            seenBefore = seen;
        }
        AcquireAttempt begun = AcquireAttempt.begin(engine, seenBefore);
        watch(begun);
        Duration limit = engine.timings().requestTimeout();
        Scheduler.Task timeout = engine.later(limit, () -> begun.giveUp(new TimeoutException("no answer in " + limit)));
        var unused = begun.result().whenComplete((came, failure) -> {
            timeout.cancel();
            answered(came, failure);
        });
    }

    /** So that it can be cancelled; it may have been meanwhile. */
    private void watch(AcquireAttempt begun) {
        synchronized (monitor) {
            if (!over) {
                attempt = begun;
                return;
            }
        }
        begun.giveUp(new CancellationException());
    }

    private void wake() {
        if (sleep != null) {
            sleep.cancel();
            sleep = null;
        }
    }

    private void answered(@Nullable AcquireResult came, @Nullable Throwable failure) {
        if (came instanceof AcquireResult.Acquired acquired) {
            finish(acquired);
            return;
        }
        Optional<LockHolder> holder = Optional.empty();
        if (came instanceof AcquireResult.HeldBy held) {
            holder = Optional.of(held.holder());
            tellIfForever(held.holder());
        } else if (failure != null && isLasting(failure)) {
            fail(failure);
            return;
        }
        tellIfFailing(failure);
        boolean repeat;
        synchronized (monitor) {
            trying = false;
            attempt = null;
            seen = holder.or(() -> seen);
            repeat = again;
        }
        long left = end - engine.clock().nanoTime();
        if (left <= 0) {
            if (came != null) {
                finish(came);
            } else {
                fail(failure == null ? new IllegalStateException("nothing came of an attempt") : failure);
            }
        } else if (repeat) {
            tryNow();
        } else {
            sleep(pause(holder, left));
        }
    }

    private Duration pause(Optional<LockHolder> holder, long left) {
        Timings timings = engine.timings();
        Duration pause = holder.map(held -> timings.standbyPause(held.remaining(), engine.random()))
                .orElse(timings.retryPause());
        return pause.toNanos() < left ? pause : Duration.ofNanos(left);
    }

    private void sleep(Duration pause) {
        synchronized (monitor) {
            if (!over && !trying) {
                sleep = engine.later(pause, this::subscribeThenTry);
            }
        }
    }

    private void tellIfForever(LockHolder holder) {
        if (holder.remaining().equals(LockHolder.FOREVER) && !toldOfForever) {
            toldOfForever = true;
            engine.tell(new LockEvent.HeldForever(engine.name(), holder));
        }
    }

    private void tellIfFailing(@Nullable Throwable failure) {
        if (failure != null && !failing) {
            LOGGER.warn("Lock \"{}\": standing by, but the store fails: {}", engine.name(), failure.toString());
        }
        failing = failure != null;
    }

    private static boolean isLasting(Throwable failure) {
        return Failures.cause(failure) instanceof LeaseStoreException known && known.isLasting();
    }

    private void finish(AcquireResult came) {
        end();
        if (!result.complete(came) && came instanceof AcquireResult.Acquired acquired) {
            var unused = ((LeaseGeneration) acquired.lease()).release(); // cancelled meanwhile
        }
    }

    private void fail(Throwable why) {
        end();
        result.completeExceptionally(why);
    }

    private void end() {
        LeaseStore.Subscription ended;
        synchronized (monitor) {
            over = true;
            wake();
            ended = subscription;
            subscription = null;
        }
        if (ended != null) {
            ended.close();
        }
    }
}
