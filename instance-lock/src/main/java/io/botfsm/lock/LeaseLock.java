package io.botfsm.lock;

import io.botfsm.lock.InstanceLeases.Attempted;
import io.botfsm.lock.internal.Identity;
import io.botfsm.lock.internal.LeaseEngine;
import io.botfsm.lock.internal.LeaseSettings;
import io.botfsm.lock.internal.LeaseTimers;
import io.botfsm.lock.internal.LeaseTimings;
import io.botfsm.lock.internal.text.UnicodeText;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A lock that uses leases. It blocks until the asynchronous operations of the engine have completed. Thread-safe. */
final class LeaseLock implements InstanceLock {
    private static final long FOR_EVER = Long.MAX_VALUE / 2;

    private final String name;
    private final LeaseStore store;
    private final LeaseTimings timings;
    private final LeaseClock clock;
    private final LockThreads threads;
    private final InstanceLeases leases;
    private final Set<Standby> standbys = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    LeaseLock(LeaseStore store, String name, LeaseSettings settings, LeaseClock clock, List<LockListener> listeners) {
        this.name = name;
        this.store = store;
        this.timings = settings.timings();
        this.clock = clock;
        this.threads = new LockThreads(name);
        LeaseTimers timers = LeaseTimers.of(clock, threads.renewals(), threads.deadlines());
        LeaseEngine engine = new LeaseEngine(store, Identity.ofThisProcess(true), settings, timers);
        LockEvents events = new LockEvents(listeners, threads.callbacks());
        this.leases = new InstanceLeases(engine, name, events, threads.callbacks());
    }

    @Override
    public AcquireResult tryAcquire() {
        requireOpen();
        Attempted attempt = leases.attempt(Optional.empty());
        try {
            return result(attempt);
        } catch (InterruptedException e) {
            attempt.undo(e);
            Thread.currentThread().interrupt();
            throw new InterruptedLockException(name, e);
        }
    }

    private AcquireResult result(Attempted attempt) throws InterruptedException {
        Duration limit = timings.requestTimeout();
        try {
            return get(attempt.result(), limit);
        } catch (TimeoutException e) {
            attempt.giveUp(e);
        }
        try { // it has failed by now, or its lease leaves quarantine or is lost within a time to live
            return get(attempt.result(), timings.ttl().plus(limit));
        } catch (TimeoutException e) {
            throw unavailable(e);
        }
    }

    @Override
    public AcquireResult acquire(Duration timeout) throws InterruptedException {
        requireOpen();
        Standby standby = Standby.begin(leases, end(timeout));
        standbys.add(standby);
        try {
            if (closed) {
                standby.cancel(new LockClosedException(name));
            }
            return standby.result().get();
        } catch (InterruptedException e) {
            standby.cancel(e);
            var unused = standby.result().thenAccept(InstanceLeases::giveBack);
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
            var unused = get(leases.close().toCompletableFuture(), timings.requestTimeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | LockException e) {
            // the lease expires by itself, and listeners are notified
        } finally {
            threads.close();
        }
    }

    @Override
    public String toString() {
        return "InstanceLock[" + UnicodeText.field(name) + "]";
    }
}
