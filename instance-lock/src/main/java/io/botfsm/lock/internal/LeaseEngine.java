package io.botfsm.lock.internal;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.Renewal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Acquires leases from one store, and holds what the attempts, waits and leases of one user of that store share. No
 * method blocks: the engine sends requests to the store, and continues on the thread on which an answer arrives or a
 * timer fires. Thread-safe.
 */
public final class LeaseEngine {
    private final LeaseStore store;
    private final Identity identity;
    private final LeaseSettings settings;
    private final LeaseTimers timers;
    private final RecentTokens givenUp;
    private final TokenFloor floor = new TokenFloor();

    /**
     * Creates an engine.
     *
     * @param identity makes the claims
     */
    public LeaseEngine(LeaseStore store, Identity identity, LeaseSettings settings, LeaseTimers timers) {
        this.store = store;
        this.identity = identity;
        this.settings = settings;
        this.timers = timers;
        this.givenUp = new RecentTokens(settings.remembered());
    }

    /** Requests a lease with a fencing token above all {@linkplain #learn learned} ones. */
    public AcquireAttempt acquire(String name) {
        return AcquireAttempt.begin(this, name, floor.least());
    }

    /**
     * Gives later leases a fencing token above one that was seen.
     *
     * @param own the token of the lease that was refused because of it
     * @return false if no lease of the store can have had the token, so that it has no effect
     */
    public boolean learn(long seen, long own) {
        return floor.learn(seen, own);
    }

    public Identity identity() {
        return identity;
    }

    LeaseSettings settings() {
        return settings;
    }

    // Time.

    public LeaseTimings timings() {
        return settings.timings();
    }

    public LeaseClock clock() {
        return timers.clock();
    }

    /** Schedules a task that sends requests to the store. */
    public Scheduler.Task later(Duration delay, Runnable task) {
        return timers.renewals().schedule(delay, task);
    }

    /** Returns how long to wait, without a hint, for a lease that another claim holds. */
    public Duration pause(Optional<Duration> remaining) {
        return timings().standbyPause(remaining.orElse(timings().ttl()), random());
    }

    double random() {
        return timers.random().getAsDouble();
    }

    Alarm renewalAlarm(Runnable sleeper) {
        return new Alarm(timers.renewals(), clock(), sleeper);
    }

    Alarm deadlineAlarm(Runnable sleeper) {
        return new Alarm(timers.deadlines(), clock(), sleeper);
    }

    // Requests to the store; an exception that it throws becomes a failed stage.

    CompletionStage<Acquisition> acquire(LeaseRequest request) {
        return asked(() -> store.acquire(request));
    }

    CompletionStage<Renewal> renew(LeaseRequest request) {
        return asked(() -> store.renew(request));
    }

    CompletionStage<Boolean> release(String name, Claim claim) {
        return asked(() -> store.release(name, claim));
    }

    CompletionStage<LeaseStore.Subscription> subscribe(String name, Runnable hint) {
        return asked(() -> store.subscribe(name, hint));
    }

    private static <T> CompletionStage<T> asked(Supplier<CompletionStage<T>> question) {
        try {
            return question.get();
        } catch (Throwable e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    // Claims.

    LeaseRequest newRequest(String name, long floor) {
        return new LeaseRequest(name, identity.newClaim(), timings().ttl(), floor, settings.fences());
    }

    /**
     * Returns whether nobody relies on the claim any more although the store still keeps it: it was given up by this
     * engine, or made by a process of this machine that is dead.
     */
    boolean isUnused(Claim claim) {
        return givenUp.contains(claim.token()) || (settings.replacesDeadHolders() && identity.isKnownDead(claim));
    }

    /** Records that the claim has ended, without releasing it in the store. */
    void giveUp(Claim claim) {
        givenUp.add(claim.token());
    }

    /**
     * Removes the record that the claim was given up. Used where there are so many leases that their records would
     * displace those of claims that the store may still keep.
     */
    public void forget(Claim claim) {
        givenUp.remove(claim.token());
    }

    /**
     * Gives up an acquisition of unknown outcome. The claim is released more than once, since a release may overtake
     * the acquisition on another connection. A claim that remains is detected when this engine next finds itself to be
     * the holder.
     */
    void abandon(String name, Claim claim) {
        giveUp(claim);
        var unused = ConfirmedRelease.begin(this, name, claim, true);
    }
}
