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
 * Takes leases of one store, and is what the attempts, the waits and the leases of one user of that store share.
 * Nothing in here blocks: it asks the store, and goes on when an answer or a time comes, on whatever thread that is.
 * Thread-safe.
 */
public final class LeaseEngine {
    private final LeaseStore store;
    private final Identity identity;
    private final LeaseSettings settings;
    private final LeaseTimers timers;
    private final RecentTokens givenUp;
    private final TokenFloor floor = new TokenFloor();

    /**
     * An engine.
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

    /** Asks for a lease, with a fencing token above all that it was {@linkplain #learn told of}. */
    public AcquireAttempt acquire(String name) {
        return AcquireAttempt.begin(this, name, floor.least());
    }

    /**
     * Lets later leases have a fencing token above one that was seen.
     *
     * @param own the token of the lease that was refused because of it
     * @return false if no lease of the store can have had the token, so that it changes nothing
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

    /** Does something later that asks the store. */
    public Scheduler.Task later(Duration delay, Runnable task) {
        return timers.renewals().schedule(delay, task);
    }

    /** How long to wait for a lease that another has, without a hint. */
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

    // Asking the store: what it throws is a failed stage like any other.

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
     * Whether nobody goes by the claim any more, though the store does not know: it was given up by this engine, or
     * made by a process of this machine that is dead.
     */
    boolean isUnused(Claim claim) {
        return givenUp.contains(claim.token()) || (settings.replacesDeadHolders() && identity.knowsDead(claim));
    }

    /** Remembers that the claim has ended; does not release it in the store. */
    void giveUp(Claim claim) {
        givenUp.add(claim.token());
    }

    /**
     * Does not remember any more that the claim was given up, where so many leases are had that each would push out
     * others of which the store may still keep some.
     */
    public void forget(Claim claim) {
        givenUp.remove(claim.token());
    }

    /**
     * Gives up an acquire of unknown outcome. The claim is released more than once, since on another connection than
     * the acquire's a release may come first; what escapes that is seen when this engine next finds itself to be the
     * holder.
     */
    void abandon(String name, Claim claim) {
        giveUp(claim);
        var unused = ConfirmedRelease.begin(this, name, claim, true);
    }
}
