package io.botfsm.lock;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import io.botfsm.lock.store.Renewal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What attempts, standbys and generations of one lock share. Nothing in here blocks: it asks the store, and goes on when an
 * answer or a time comes, on whatever thread that is. Thread-safe.
 */
final class LeaseEngine {
    private static final Logger LOGGER = LoggerFactory.getLogger(InstanceLock.class);

    private final LeaseStore store;
    private final String name;
    private final Timings timings;
    private final LeaseClock clock;
    private final Identity identity;
    private final boolean replacesDeadHolders;
    private final Scheduler renewals;
    private final Executor callbacks;
    private final LockEvents events;
    private final DoubleSupplier random;
    private final Alarm renewalAlarm;
    private final Alarm deadlineAlarm;

    private final RecentTokens givenUp = new RecentTokens();

    private final AtomicLong floor = new AtomicLong();
    private final Object monitor = new Object();
    private @Nullable LeaseGeneration current;
    private boolean closed;

    LeaseEngine(
            LeaseStore store,
            String name,
            Timings timings,
            LeaseClock clock,
            Identity identity,
            boolean replacesDeadHolders,
            Scheduler renewals,
            Scheduler deadlines,
            Executor callbacks,
            LockEvents events,
            DoubleSupplier random) {
        this.store = store;
        this.name = name;
        this.timings = timings;
        this.clock = clock;
        this.identity = identity;
        this.replacesDeadHolders = replacesDeadHolders;
        this.renewals = renewals;
        this.callbacks = callbacks;
        this.events = events;
        this.random = random;
        this.renewalAlarm = new Alarm(renewals, clock, this::renewIfDue);
        this.deadlineAlarm = new Alarm(deadlines, clock, this::checkDeadlines);
    }

    String name() {
        return name;
    }

    Timings timings() {
        return timings;
    }

    LeaseClock clock() {
        return clock;
    }

    Identity identity() {
        return identity;
    }

    double random() {
        return random.getAsDouble();
    }

    void tell(LockEvent event) {
        events.tell(event);
    }

    <T> OneShotEvent<T> signal() {
        return new OneShotEvent<>(callbacks);
    }

    Scheduler.Task later(Duration delay, Runnable task) {
        return renewals.schedule(delay, task);
    }

    // Asking the store: what it throws is a failed stage like any other.

    CompletionStage<Acquisition> acquire(LeaseRequest request) {
        return asked(() -> store.acquire(request));
    }

    CompletionStage<Renewal> renew(LeaseRequest request) {
        return asked(() -> store.renew(request));
    }

    CompletionStage<Boolean> release(Claim claim) {
        return asked(() -> store.release(name, claim));
    }

    CompletionStage<LeaseStore.Subscription> subscribe(Runnable hint) {
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

    LeaseRequest newRequest() {
        return new LeaseRequest(name, identity.newClaim(), timings.ttl(), floor.get(), LeaseStore.Fences.KEPT);
    }

    /**
     * Whether nobody goes by the claim any more, though the store does not know: it was given up by this object, or made by a
     * process of this machine that is dead.
     */
    boolean isUnused(Claim claim) {
        return givenUp.contains(claim.token()) || (replacesDeadHolders && identity.knowsDead(claim));
    }

    /** The claim ends; the store is told by others. */
    void giveUp(Claim claim) {
        givenUp.add(claim.token());
    }

    /**
     * Gives up an acquire of unknown outcome. The store is told more than once, since on another connection than the acquire's
     * a release may come first; what escapes that is seen when this object next finds itself to be the holder.
     */
    void abandon(Claim claim) {
        giveUp(claim);
        Release.begin(this, claim, clock.nanoTime() + timings.requestTimeout().toNanos(), true);
    }

    /** Demands of later generations a token above one that was seen. */
    void raiseFloor(long above) {
        floor.accumulateAndGet(Math.min(above + 1, LeaseRequest.HIGHEST_FENCE), Math::max);
    }

    // The generation of the moment, and what wakes it.

    LeaseGeneration begin(
            LeaseRequest request, Acquisition.Granted granted, ClockReading begun, Optional<LockHolder> takenFrom) {
        LeaseGeneration generation = new LeaseGeneration(this, request, granted, begun, takenFrom);
        LeaseGeneration before;
        boolean unwanted;
        synchronized (monitor) {
            before = current;
            current = generation;
            unwanted = closed;
        }
        if (before != null) { // the store has given to us again what it forgot that we have
            before.lose(LossReason.EXPIRED);
        }
        if (unwanted) {
            var unused = generation.release();
        } else {
            generation.start();
        }
        return generation;
    }

    private @Nullable LeaseGeneration current() {
        synchronized (monitor) {
            return current;
        }
    }

    void ended(LeaseGeneration generation) {
        synchronized (monitor) {
            if (current == generation) {
                current = null;
            }
        }
    }

    void renewAt(long time) {
        renewalAlarm.atLatest(time);
    }

    void checkDeadlineAt(long time) {
        deadlineAlarm.atLatest(time);
    }

    private void renewIfDue() {
        LeaseGeneration generation = current();
        if (generation == null) {
            return;
        }
        try {
            generation.renewIfDue();
        } catch (Throwable e) { // renewing must go on, whatever this was
            LOGGER.error("lock \"{}\": renewing failed", name, e);
            renewAt(clock.nanoTime() + timings.retryPause().toNanos());
        }
    }

    private void checkDeadlines() {
        LeaseGeneration generation = current();
        if (generation != null) {
            generation.checkDeadlines();
        }
    }

    /** Gives back what is held, and what is still granted. */
    CompletionStage<Boolean> close() {
        LeaseGeneration generation;
        synchronized (monitor) {
            closed = true;
            generation = current;
        }
        return generation == null ? CompletableFuture.completedStage(false) : generation.release();
    }
}
