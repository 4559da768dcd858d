package io.botfsm.lock.internal;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One attempt to acquire a lease. Thread-safe. */
public final class AcquireAttempt {
    /** The outcome of an attempt. */
    public sealed interface Outcome {
        /** The lease is granted. Unless it is started, it lasts for its time to live. */
        record Taken(LeaseGeneration lease) implements Outcome {}

        /**
         * Another claim holds the lease, which ends after the remaining time without a renewal; never if that is empty.
         */
        record HeldElsewhere(Claim claim, Optional<Duration> remaining) implements Outcome {}
    }

    private enum State {
        ASKING,
        GRANTED,
        OVER
    }

    private final LeaseEngine engine;
    private final String name;
    private final long floor;
    private final CompletableFuture<Outcome> result = new CompletableFuture<>();
    private final Object monitor = new Object();
    private State state = State.ASKING;
    private LeaseRequest request;

    private AcquireAttempt(LeaseEngine engine, String name, long floor) {
        this.engine = engine;
        this.name = name;
        this.floor = floor;
        this.request = engine.newRequest(name, floor);
    }

    static AcquireAttempt begin(LeaseEngine engine, String name, long floor) {
        AcquireAttempt attempt = new AcquireAttempt(engine, name, floor);
        attempt.ask(attempt.request, true);
        return attempt;
    }

    public CompletableFuture<Outcome> result() {
        return result;
    }

    /**
     * Fails the attempt, unless the store has answered. A lease that the store grants later is released.
     *
     * @return whether this call failed the attempt
     */
    public boolean giveUp(Throwable why) {
        LeaseRequest abandoned;
        synchronized (monitor) {
            if (state != State.ASKING) {
                return false;
            }
            state = State.OVER;
            abandoned = request;
        }
        engine.abandon(name, abandoned.claim());
        result.completeExceptionally(why);
        return true;
    }

    /** Fails the attempt; a lease that it has acquired is released. */
    public void undo(Throwable why) {
        if (!giveUp(why)) {
            var unused = result.thenAccept(AcquireAttempt::release);
        }
    }

    private static void release(Outcome unwanted) {
        if (unwanted instanceof Outcome.Taken taken) {
            var unused = taken.lease().release();
        }
    }

    private void ask(LeaseRequest sent, boolean mayAskAgain) {
        ClockReading start =
                ClockReading.of(engine.clock()); // before the request is sent: its answer may take any time
        var unused = engine.acquire(sent)
                .whenComplete((answer, failure) -> answered(sent, start, mayAskAgain, answer, failure));
    }

    private void answered(
            LeaseRequest sent,
            ClockReading start,
            boolean mayAskAgain,
            @Nullable Acquisition answer,
            @Nullable Throwable failure) {
        if (answer instanceof Acquisition.Granted granted) {
            granted(sent, start, granted);
        } else if (answer instanceof Acquisition.Occupied occupied) {
            occupied(sent, mayAskAgain, occupied);
        } else {
            giveUp(failure == null ? failed("the store returned null") : failure);
        }
    }

    private static LeaseStoreException failed(String why) {
        return new LeaseStoreException(why, false, null);
    }

    private void granted(LeaseRequest sent, ClockReading start, Acquisition.Granted granted) {
        boolean tooLate = engine.clock().nanoTime() - engine.timings().hardDeadline(start.nanos()) >= 0;
        if (tooLate) {
            giveUp(failed("granted too late to be relied on"));
        }
        if (endsAs(State.GRANTED)) {
            result.complete(new Outcome.Taken(new LeaseGeneration(engine, sent, granted, start)));
        } else {
            engine.abandon(name, sent.claim());
        }
    }

    private void occupied(LeaseRequest sent, boolean mayAskAgain, Acquisition.Occupied occupied) {
        if (occupied.claim().equals(sent.claim())) { // acquired, but no answer with its token arrived here
            giveUp(failed("acquired, but the fencing token is unknown"));
        } else if (mayAskAgain && engine.isUnused(occupied.claim())) {
            var unused = engine.release(name, occupied.claim()).whenComplete((released, failure) -> askAgain());
        } else if (endsAs(State.OVER)) {
            result.complete(new Outcome.HeldElsewhere(occupied.claim(), occupied.remaining()));
        }
    }

    /** Asks again with a new token, since the request with the old one has ended. */
    private void askAgain() {
        LeaseRequest fresh = engine.newRequest(name, floor);
        synchronized (monitor) {
            if (state != State.ASKING) {
                return;
            }
            request = fresh;
        }
        ask(fresh, false);
    }

    private boolean endsAs(State end) {
        synchronized (monitor) {
            boolean ends = state == State.ASKING;
            state = ends ? end : state;
            return ends;
        }
    }
}
