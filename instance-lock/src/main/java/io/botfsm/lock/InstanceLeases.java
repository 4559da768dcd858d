package io.botfsm.lock;

import io.botfsm.lock.AcquireResult.Acquired;
import io.botfsm.lock.internal.AcquireAttempt;
import io.botfsm.lock.internal.AcquireAttempt.Outcome.HeldElsewhere;
import io.botfsm.lock.internal.AcquireAttempt.Outcome.Taken;
import io.botfsm.lock.internal.Identity;
import io.botfsm.lock.internal.LeaseEngine;
import io.botfsm.lock.internal.LeaseGeneration;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The consecutive leases of one lock. No method blocks. Thread-safe. */
final class InstanceLeases {
    private final LeaseEngine engine;
    private final String name;
    private final LockEvents events;
    private final Executor callbacks;
    private final Object monitor = new Object();
    private @Nullable InstanceLease current;
    private boolean closed;

    InstanceLeases(LeaseEngine engine, String name, LockEvents events, Executor callbacks) {
        this.engine = engine;
        this.name = name;
        this.events = events;
        this.callbacks = callbacks;
    }

    String name() {
        return name;
    }

    LeaseEngine engine() {
        return engine;
    }

    void publish(LockEvent event) {
        events.publish(event);
    }

    <T> OneShotEvent<T> event() {
        return new OneShotEvent<>(callbacks);
    }

    /**
     * One attempt to acquire the lock.
     *
     * @param result the result; completes with a lease only when it may be used
     */
    record Attempted(AcquireAttempt attempt, CompletableFuture<AcquireResult> result) {
        /** Fails the attempt, unless the store has answered. */
        boolean giveUp(Throwable why) {
            return attempt.giveUp(why);
        }

        /** Fails the attempt. If it acquires a lease nevertheless, the lease is released. */
        void undo(Throwable why) {
            if (!giveUp(why)) {
                var unused = result.thenAccept(InstanceLeases::giveBack);
            }
        }
    }

    /**
     * Tries to acquire the lock.
     *
     * @param seenBefore the holder when the lock was last checked, if any
     */
    Attempted attempt(Optional<LockHolder> seenBefore) {
        AcquireAttempt attempt = engine.acquire(name);
        return new Attempted(attempt, attempt.result().thenCompose(outcome -> result(outcome, seenBefore)));
    }

    private CompletionStage<AcquireResult> result(AcquireAttempt.Outcome outcome, Optional<LockHolder> seenBefore) {
        if (outcome instanceof Taken taken) {
            return begin(taken.lease(), seenBefore).active().thenApply(Acquired::new);
        }
        HeldElsewhere other = (HeldElsewhere) outcome;
        return CompletableFuture.completedStage(
                new AcquireResult.HeldBy(Identity.holder(other.claim(), other.remaining())));
    }

    static void giveBack(AcquireResult unwanted) {
        if (unwanted instanceof Acquired acquired) {
            var unused = ((InstanceLease) acquired.lease()).release();
        }
    }

    private InstanceLease begin(LeaseGeneration generation, Optional<LockHolder> takenFrom) {
        InstanceLease lease = new InstanceLease(this, generation, takenFrom);
        InstanceLease before;
        boolean unwanted;
        synchronized (monitor) {
            before = current;
            current = lease;
            unwanted = closed;
        }
        if (before != null) { // the store forgot that this instance held the lease, and granted it again
            before.lose(LossReason.EXPIRED);
        }
        if (unwanted) {
            var unused = lease.release();
        } else {
            lease.start();
        }
        return lease;
    }

    /** Releases the held lease; a lease that is granted later is released at once. */
    CompletionStage<Boolean> close() {
        InstanceLease held;
        synchronized (monitor) {
            closed = true;
            held = current;
        }
        return held == null ? CompletableFuture.completedStage(false) : held.release();
    }
}
