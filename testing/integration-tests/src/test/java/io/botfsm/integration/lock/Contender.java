package io.botfsm.integration.lock;

import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.LockEvent;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LossReason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One contender for the lock, over a store of its own, which it closes too. Thread-safe. */
final class Contender implements AutoCloseable {
    static final String NAME = "bot";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ObservedStore store;
    private final Duration reliable;
    private final InstanceLock lock;
    private final List<LockEvent> events = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Loss> losses = new LinkedBlockingQueue<>();
    private volatile Optional<Held> held = Optional.empty();

    /**
     * A loss, as it was reported.
     *
     * @param deadline the latest time until which the lease could be relied on: its time to live after its last
     *     confirmed request began, less the possible difference of clocks and the length of a suspension too short to
     *     be noticed
     */
    record Loss(LossReason reason, long nanos, long deadline) {
        /** How long after the deadline it was reported; negative if before. */
        Duration late() {
            return Duration.ofNanos(nanos - deadline);
        }
    }

    /**
     * A lease.
     *
     * @param since when it was acquired
     */
    record Held(Lease lease, long since) {}

    Contender(LeaseStore leases, Duration ttl) {
        store = new ObservedStore(leases);
        Duration drift = ttl.dividedBy(100).plusMillis(2);
        reliable = ttl.minus(drift).minus(drift.dividedBy(2)); // for TTLs of which that half is 10 ms to 1 s
        lock = InstanceLock.builder(store, NAME).ttl(ttl).listener(events::add).build();
    }

    /** Takes the lock. */
    Lease acquire() {
        return keep(lock.tryAcquire().orThrow()).lease();
    }

    /** Stands by until it has the lock. */
    CompletableFuture<Held> standBy() {
        CompletableFuture<Held> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(keep(lock.acquire(Duration.ofDays(1)).orThrow()));
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    private Held keep(Lease lease) {
        Held now = new Held(lease, System.nanoTime());
        held = Optional.of(now);
        lease.onLost(reason -> losses.add(new Loss(reason, System.nanoTime(), deadline())));
        return now;
    }

    /** The lease that it had last. */
    Optional<Lease> lease() {
        return held.map(Held::lease);
    }

    /** Until when its lease can be relied on at most. */
    long deadline() {
        return store.lastConfirmed() + reliable.toNanos();
    }

    int renewals() {
        return store.renewals();
    }

    /** The store does not let the lease expire before this time, if it forgets nothing. */
    long expiry(Duration ttl) {
        return store.lastConfirmed() + ttl.toNanos();
    }

    <E extends LockEvent> List<E> events(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    InstanceLock lock() {
        return lock;
    }

    /** Waits for the next loss. */
    Loss awaitLoss() {
        try {
            Loss loss = losses.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (loss == null) {
                throw new AssertionError("nothing lost; " + events);
            }
            return loss;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Whether no loss was reported. */
    boolean hasLostNothing() {
        return losses.isEmpty();
    }

    Held await(CompletableFuture<Held> standby) {
        try {
            return standby.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw new AssertionError("not active; " + events, e);
        }
    }

    @Override
    public void close() {
        lock.close();
        store.close();
    }
}
