package io.botfsm.lock;

import io.botfsm.lock.internal.LeaseGeneration;
import io.botfsm.lock.internal.LeaseListener;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A lease of the lock as its user sees it, with callbacks and events. Thread-safe. */
final class InstanceLease implements Lease, LeaseListener {
    private static final Object NOW = new Object();

    private final InstanceLeases leases;
    private final LeaseGeneration generation;
    private final Optional<LockHolder> takenFrom;
    private final CompletableFuture<Lease> active = new CompletableFuture<>();
    private final OneShotEvent<Object> expiring;
    private final OneShotEvent<LossReason> loss;
    private volatile CompletionStage<Boolean> fenceRaised = CompletableFuture.completedStage(false);

    InstanceLease(InstanceLeases leases, LeaseGeneration generation, Optional<LockHolder> takenFrom) {
        this.leases = leases;
        this.generation = generation;
        this.takenFrom = takenFrom;
        this.expiring = leases.event();
        this.loss = leases.event();
    }

    void start() {
        generation.start(this);
    }

    /** Returns a stage that completes with this lease when it may be used, and fails if it ends before. */
    CompletionStage<Lease> active() {
        return active;
    }

    // What the user sees.

    @Override
    public boolean isHeld() {
        return generation.isHeld();
    }

    @Override
    public long fencingToken() {
        return generation.fencingToken();
    }

    @Override
    public LockHolder holder() {
        return leases.engine().identity().self(generation.remaining());
    }

    @Override
    public void onExpiring(Runnable once) {
        expiring.whenFired(unused -> once.run());
    }

    @Override
    public void onLost(Consumer<? super LossReason> once) {
        loss.whenFired(once);
    }

    @Override
    public void fenced(long highestSeen) {
        if (highestSeen <= fencingToken()) {
            return;
        }
        if (!leases.engine().learn(highestSeen, fencingToken())) {
            leases.publish(new LockEvent.ImplausibleToken(leases.name(), fencingToken(), highestSeen));
            return;
        }
        CompletableFuture<Boolean> raised = new CompletableFuture<>();
        fenceRaised = raised; // before the lease ends: whoever closes it from then on waits
        lose(LossReason.FENCED);
        generation.raiseFence(highestSeen).thenAccept(raised::complete);
    }

    @Override
    public void close() {
        long timeout = leases.engine().timings().requestTimeout().toNanos();
        try {
            var unused = release().toCompletableFuture().get(timeout, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            // listeners are notified, and the lease expires by itself
        }
    }

    // The end.

    void lose(LossReason reason) {
        generation.lose(reason);
    }

    /**
     * Releases the lease. If it has already ended, nothing is released; the stage then completes with false, once a
     * pending raise of the fence is done.
     */
    CompletionStage<Boolean> release() {
        if (!generation.end()) {
            return fenceRaised.thenApply(raised -> false);
        }
        if (!active.isDone()) { // otherwise nobody would see the exception, whose stack trace is expensive
            active.completeExceptionally(new LockClosedException(leases.name()));
        }
        return generation
                .release()
                .whenComplete((confirmed, never) -> leases.publish(
                        new LockEvent.Released(leases.name(), fencingToken(), Boolean.TRUE.equals(confirmed))));
    }

    // Events of the lease.

    @Override
    public void quarantined(Duration remaining) {
        leases.publish(new LockEvent.Quarantined(leases.name(), fencingToken(), remaining));
    }

    @Override
    public void activated() {
        leases.publish(new LockEvent.Activated(leases.name(), fencingToken(), takenFrom));
        active.complete(this);
    }

    @Override
    public void degraded(Duration untilLost, Throwable cause) {
        leases.publish(new LockEvent.Degraded(leases.name(), fencingToken(), untilLost, cause));
    }

    @Override
    public void clockJumped(Duration ahead) {
        leases.publish(new LockEvent.ClockJumped(leases.name(), fencingToken(), ahead));
    }

    @Override
    public void renewedLate(int failures) {
        leases.publish(new LockEvent.RenewedLate(leases.name(), fencingToken(), failures));
    }

    @Override
    public void expiring(Duration untilLost) {
        leases.publish(new LockEvent.Expiring(leases.name(), fencingToken(), untilLost));
        expiring.fire(NOW);
    }

    @Override
    public void lost(LossReason reason) {
        leases.publish(new LockEvent.Lost(leases.name(), fencingToken(), reason));
        expiring.fire(NOW);
        loss.fire(reason);
        active.completeExceptionally(
                new LockUnavailableException(leases.name(), "lost before it could be used: " + reason, null));
    }
}
