package io.botfsm.lock;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One generation of holding the lock, from the store's grant to its end: renewed until it is released or lost.
 *
 * <p>Two deadlines rule it, both computed from the moment before the last confirmed request was sent: at the soft one the bot is
 * told to stop, at the hard one the lease is lost, whatever the store says later. Thread-safe.
 */
final class LeaseGeneration implements Lease {
    private enum State {
        /** Granted, but an earlier holder whom the store forgot may still think that it is one. */
        QUARANTINE,
        ACTIVE,
        /** The last renewal failed. */
        DEGRADED,
        /** Beyond the soft deadline: the bot was told to stop. Renewed all the same, so that it can do so in order. */
        DRAINING,
        RELEASED,
        LOST;

        boolean isOver() {
            return this == RELEASED || this == LOST;
        }
    }

    private static final Object NOW = new Object();

    /** How often it says that it waits, so that nobody wonders why nothing happens. */
    private static final Duration REMINDER = Duration.ofSeconds(5);

    private final LeaseEngine engine;
    private final LeaseRequest renewal;
    private final long fencingToken;
    private final Duration quarantine;
    private final Optional<LockHolder> takenFrom;
    private final CompletableFuture<Lease> active = new CompletableFuture<>();
    private final OneShotEvent<Object> expiring;
    private final OneShotEvent<LossReason> loss;

    private final Object monitor = new Object();
    private volatile State state;
    private volatile long hard;
    /** Both clocks before the last request was sent that the store confirmed. */
    private volatile ClockReading confirmed;

    private long nextRenewal;
    private int attempts;
    private boolean attemptPending;
    private int failures;
    private boolean mayBeSuspended;

    LeaseGeneration(
            LeaseEngine engine,
            LeaseRequest request,
            Acquisition.Granted granted,
            ClockReading begun,
            Optional<LockHolder> takenFrom) {
        this.engine = engine;
        this.renewal = request.withFloor(granted.fence());
        this.fencingToken = granted.fence();
        this.takenFrom = takenFrom;
        this.quarantine = request.ttl().minus(granted.memory());
        this.state = quarantine.isNegative() || quarantine.isZero() ? State.ACTIVE : State.QUARANTINE;
        this.confirmed = begun;
        this.hard = engine.timings().hardDeadline(begun.nanos());
        this.nextRenewal = engine.timings().nextRenewal(begun.nanos(), engine.random());
        this.expiring = engine.signal();
        this.loss = engine.signal();
    }

    void start() {
        if (state == State.QUARANTINE) {
            tellOfQuarantine(quarantine, engine.clock().nanoTime() + quarantine.toNanos());
            engine.later(quarantine, this::activate);
        } else {
            activated();
        }
        engine.renewAt(nextRenewal);
        engine.checkDeadlineAt(soft());
    }

    private void tellOfQuarantine(Duration left, long end) {
        engine.tell(new LockEvent.Quarantined(engine.name(), fencingToken, left));
        if (left.compareTo(REMINDER) > 0) {
            engine.later(REMINDER, () -> remindOfQuarantine(end));
        }
    }

    private void remindOfQuarantine(long end) {
        long left = end - engine.clock().nanoTime();
        if (state == State.QUARANTINE && left > 0) {
            tellOfQuarantine(Duration.ofNanos(left), end);
        }
    }

    private void activate() {
        synchronized (monitor) {
            if (state != State.QUARANTINE) {
                return;
            }
            state = failures > 0 ? State.DEGRADED : State.ACTIVE;
        }
        activated();
        engine.checkDeadlineAt(soft());
    }

    private void activated() {
        engine.tell(new LockEvent.Activated(engine.name(), fencingToken, takenFrom));
        active.complete(this);
    }

    /** The lease once it may be used; fails if it ends before. */
    CompletionStage<Lease> active() {
        return active;
    }

    // What the user sees.

    @Override
    public boolean isHeld() {
        if (state == State.QUARANTINE || state.isOver()) {
            return false;
        }
        ClockReading now = ClockReading.of(engine.clock());
        if (now.nanos() - hard >= 0) {
            return false;
        }
        if (suspended(now)) {
            renewAtOnce(now);
            return false;
        }
        return !state.isOver();
    }

    @Override
    public long fencingToken() {
        return fencingToken;
    }

    @Override
    public LockHolder holder() {
        long left = state.isOver() ? 0 : Math.max(0, hard - engine.clock().nanoTime());
        return engine.identity().self(Duration.ofNanos(left));
    }

    @Override
    public void onExpiring(Runnable once) {
        expiring.whenItHappens(unused -> once.run());
    }

    @Override
    public void onLost(Consumer<? super LossReason> once) {
        loss.whenItHappens(once);
    }

    @Override
    public void fenced(long highestSeen) {
        if (highestSeen > fencingToken) {
            engine.raiseFloor(highestSeen);
            lose(LossReason.FENCED);
        }
    }

    @Override
    public void close() {
        try {
            var unused = release()
                    .toCompletableFuture()
                    .get(engine.timings().requestTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            // it was told to listeners, or will be: the lease expires by itself
        }
    }

    // Renewing.

    void renewIfDue() {
        int attempt;
        Duration limit;
        ClockReading begun =
                ClockReading.of(engine.clock()); // before the request is sent: its answer may take any time
        synchronized (monitor) {
            if (state.isOver() || attemptPending) {
                return;
            }
            if (nextRenewal - begun.nanos() > 0) {
                engine.renewAt(nextRenewal);
                return;
            }
            attemptPending = true;
            attempt = ++attempts;
            limit = limit(begun.nanos());
        }
        try {
            ask(attempt, begun, limit);
        } catch (Throwable e) { // such as no memory for a timer: one attempt failed, no more
            failed(attempt, e);
        }
    }

    private void ask(int attempt, ClockReading begun, Duration limit) {
        Scheduler.Task timeout =
                engine.later(limit, () -> failed(attempt, new TimeoutException("no answer in " + limit)));
        var unused = engine.renew(renewal).whenComplete((answer, failure) -> {
            timeout.cancel();
            answered(attempt, begun, answer, failure);
        });
    }

    /** An attempt must leave time for others: no more than its limit, and not beyond the next deadline. */
    private Duration limit(long now) {
        long deadline = soft() - now > 0 ? soft() : hard;
        long left = Math.max(0, deadline - now);
        return Duration.ofNanos(Math.min(left, engine.timings().requestTimeout().toNanos()));
    }

    private void answered(int attempt, ClockReading begun, @Nullable Renewal answer, @Nullable Throwable failure) {
        if (answer instanceof Renewal.NotYours other) {
            lose(reason(other.found()));
        } else if (answer != null) {
            renewed(attempt, begun);
        } else {
            failed(attempt, failure == null ? new IllegalStateException("the store answered nothing") : failure);
        }
    }

    private void renewed(int attempt, ClockReading begun) {
        int failedBefore;
        boolean doubted;
        boolean stillDoubted = false;
        synchronized (monitor) {
            if (state == State.RELEASED) {
                return;
            }
            ClockReading now = ClockReading.of(engine.clock());
            doubted = mayBeSuspended;
            boolean tooLate = state == State.LOST || now.nanos() - hard >= 0;
            if (tooLate) { // the store has it again, and nobody uses it
                failedBefore = -1;
            } else {
                failedBefore = failures;
                confirm(attempt, begun);
                stillDoubted = doubted && suspended(now);
                if (stillDoubted) { // the request was sent before the clock jumped: ask again
                    mayBeSuspended = true;
                    nextRenewal = now.nanos();
                }
            }
        }
        if (failedBefore < 0) {
            lose(LossReason.EXPIRED);
            engine.abandon(renewal.claim());
            return;
        }
        engine.renewAt(nextRenewal());
        if (!stillDoubted && (failedBefore > 0 || doubted)) {
            engine.tell(new LockEvent.RenewedLate(engine.name(), fencingToken, failedBefore));
        }
    }

    private void confirm(int attempt, ClockReading begun) {
        long later = engine.timings().hardDeadline(begun.nanos());
        if (later - hard >= 0) { // equal: the clock may have stood still
            hard = later;
            confirmed = begun;
        }
        mayBeSuspended = false;
        failures = 0;
        if (state == State.DEGRADED) {
            state = State.ACTIVE;
        }
        if (attempt == attempts) {
            attemptPending = false;
            nextRenewal = engine.timings().nextRenewal(begun.nanos(), engine.random());
        }
    }

    private void failed(int attempt, Throwable cause) {
        long now = engine.clock().nanoTime();
        boolean first;
        synchronized (monitor) {
            if (state.isOver() || attempt != attempts || !attemptPending) {
                return; // it timed out before, and others were made since
            }
            attemptPending = false;
            failures++;
            first = state == State.ACTIVE;
            if (first) {
                state = State.DEGRADED;
            }
            nextRenewal = now + engine.timings().retryPause().toNanos();
        }
        engine.renewAt(nextRenewal());
        if (first) {
            engine.tell(new LockEvent.Degraded(engine.name(), fencingToken, Duration.ofNanos(hard - now), cause));
        }
    }

    /** Where the clocks disagree, only the store knows whether the lease has expired. */
    private void renewAtOnce(ClockReading now) {
        synchronized (monitor) {
            if (mayBeSuspended || !suspended(now)) { // a renewal may have been confirmed meanwhile
                return;
            }
            mayBeSuspended = true;
            nextRenewal = now.nanos();
        }
        engine.renewAt(nextRenewal());
        engine.tell(new LockEvent.ClockJumped(engine.name(), fencingToken, confirmed.aheadUntil(now)));
    }

    private long nextRenewal() {
        synchronized (monitor) {
            return nextRenewal;
        }
    }

    // Deadlines.

    private long soft() {
        return engine.timings().softDeadline(hard);
    }

    /** Does no I/O, so that it works when everything else hangs. */
    void checkDeadlines() {
        long now = engine.clock().nanoTime();
        boolean drains = false;
        synchronized (monitor) {
            if (state.isOver()) {
                return;
            }
            if (now - soft() >= 0 && state != State.DRAINING && state != State.QUARANTINE) {
                state = State.DRAINING;
                drains = true;
            }
        }
        if (drains) {
            expire(now);
        }
        if (now - hard >= 0) {
            lose(suspended(ClockReading.of(engine.clock())) ? LossReason.SUSPENDED : LossReason.EXPIRED);
        } else {
            engine.checkDeadlineAt(now - soft() >= 0 ? hard : soft());
        }
    }

    private void expire(long now) {
        engine.tell(new LockEvent.Expiring(engine.name(), fencingToken, Duration.ofNanos(Math.max(0, hard - now))));
        expiring.happen(NOW);
    }

    /** Whether the machine seems to have been suspended since the last confirmation; then only another one counts. */
    private boolean suspended(ClockReading now) {
        return confirmed.ranAheadUntil(now, engine.timings().toleratedSuspension());
    }

    private LossReason reason(StoredLease found) {
        if (found.claim().isPresent()) {
            return LossReason.TAKEN;
        }
        if (found.fence().orElse(0) > fencingToken) {
            return LossReason.FORCED;
        }
        return suspended(ClockReading.of(engine.clock())) ? LossReason.SUSPENDED : LossReason.EXPIRED;
    }

    // The end.

    /** Ends this generation for good, unless that happened before. The store is not told. */
    void lose(LossReason reason) {
        synchronized (monitor) {
            if (state.isOver()) {
                return;
            }
            state = State.LOST;
        }
        end();
        engine.tell(new LockEvent.Lost(engine.name(), fencingToken, reason));
        expiring.happen(NOW);
        loss.happen(reason);
        active.completeExceptionally(
                new LockUnavailableException(engine.name(), "lost before it could be used: " + reason, null));
    }

    /** Ends this generation, and tells the store. */
    CompletionStage<Boolean> release() {
        synchronized (monitor) {
            if (state.isOver()) {
                return CompletableFuture.completedStage(false);
            }
            state = State.RELEASED;
        }
        end();
        active.completeExceptionally(new LockClosedException(engine.name()));
        long end = engine.clock().nanoTime() + engine.timings().requestTimeout().toNanos();
        return Release.begin(engine, renewal.claim(), end, false)
                .whenComplete((confirmedByStore, never) -> engine.tell(
                        new LockEvent.Released(engine.name(), fencingToken, Boolean.TRUE.equals(confirmedByStore))));
    }

    private void end() {
        engine.giveUp(renewal.claim());
        engine.ended(this);
    }
}
