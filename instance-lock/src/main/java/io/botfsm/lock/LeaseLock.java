package io.botfsm.lock;

import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A lock by leases: waits for what the engine does without waiting. Thread-safe. */
final class LeaseLock implements InstanceLock {
    private static final long FOR_EVER = Long.MAX_VALUE / 2;

    private final String name;
    private final LeaseStore store;
    private final Timings timings;
    private final LeaseClock clock;
    private final LockThreads threads;
    private final LeaseEngine engine;
    private final Set<Standby> standbys = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    LeaseLock(
            LeaseStore store,
            String name,
            Timings timings,
            LeaseClock clock,
            boolean replacesDeadHolders,
            List<LockListener> listeners) {
        this.name = name;
        this.store = store;
        this.timings = timings;
        this.clock = clock;
        this.threads = new LockThreads(name);
        this.engine = new LeaseEngine(
                store,
                name,
                timings,
                clock,
                Identity.ofThisProcess(),
                replacesDeadHolders,
                threads.renewals(),
                threads.deadlines(),
                threads.callbacks(),
                new LockEvents(listeners, threads.callbacks()),
                () -> ThreadLocalRandom.current().nextDouble());
    }

    @Override
    public AcquireResult tryAcquire() {
        requireOpen();
        AcquireAttempt attempt = AcquireAttempt.begin(engine, Optional.empty());
        try {
            return result(attempt);
        } catch (InterruptedException e) {
            undo(attempt, e);
            Thread.currentThread().interrupt();
            throw new InterruptedLockException(name, e);
        }
    }

    private AcquireResult result(AcquireAttempt attempt) throws InterruptedException {
        Duration limit = timings.requestTimeout();
        try {
            return get(attempt.result(), limit);
        } catch (TimeoutException e) {
            attempt.giveUp(e);
        }
        try { // it has failed, or is granted and ends its quarantine, or is lost, within a time to live
            return get(attempt.result(), timings.ttl().plus(limit));
        } catch (TimeoutException e) {
            throw unavailable(e);
        }
    }

    /** A lease that comes all the same is given back. */
    private static void undo(AcquireAttempt attempt, Throwable why) {
        if (!attempt.giveUp(why)) {
            var unused = attempt.result().thenAccept(LeaseLock::giveBack);
        }
    }

    private static void giveBack(AcquireResult unwanted) {
        if (unwanted instanceof AcquireResult.Acquired acquired) {
            var unused = ((LeaseGeneration) acquired.lease()).release();
        }
    }

    @Override
    public AcquireResult acquire(Duration timeout) throws InterruptedException {
        requireOpen();
        Standby standby = Standby.begin(engine, end(timeout));
        standbys.add(standby);
        try {
            if (closed) {
                standby.cancel(new LockClosedException(name));
            }
            return standby.result().get();
        } catch (InterruptedException e) {
            standby.cancel(e);
            var unused = standby.result().thenAccept(LeaseLock::giveBack);
            throw e;
        } catch (ExecutionException e) {
            throw unavailable(e);
        } finally {
            standbys.remove(standby);
        }
    }

    private long end(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout must not be negative: " + timeout);
        }
        boolean forEver = timeout.compareTo(Duration.ofNanos(FOR_EVER)) > 0;
        return clock.nanoTime() + (forEver ? FOR_EVER : timeout.toNanos());
    }

    @Override
    public Optional<LockHolder> holder() {
        StoredLease stored = ask(store.read(name));
        return stored.claim().map(claim -> Identity.holder(claim, stored.remaining()));
    }

    @Override
    public void forceRelease() {
        ask(store.force(name).thenApply(done -> true));
    }

    private <T> T ask(CompletionStage<T> question) {
        requireOpen();
        try {
            return get(question.toCompletableFuture(), timings.requestTimeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedLockException(name, e);
        } catch (TimeoutException e) {
            throw unavailable(e);
        }
    }

    private <T> T get(CompletableFuture<T> future, Duration limit) throws InterruptedException, TimeoutException {
        try {
            return future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw unavailable(e);
        }
    }

    private LockException unavailable(Throwable failure) {
        Throwable cause = Failures.cause(failure);
        if (cause instanceof LockException known) {
            return known;
        }
        String why = cause instanceof TimeoutException
                ? "the store did not answer within " + timings.requestTimeout()
                : String.valueOf(cause.getMessage());
        return new LockUnavailableException(name, why, cause);
    }

    private void requireOpen() {
        if (closed) {
            throw new LockClosedException(name);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        standbys.forEach(standby -> standby.cancel(new LockClosedException(name)));
        try {
            var unused = get(engine.close().toCompletableFuture(), timings.requestTimeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | LockException e) {
            // it expires by itself, and listeners are told
        } finally {
            threads.close();
        }
    }

    @Override
    public String toString() {
        return "InstanceLock[" + name + "]";
    }
}
