package io.botfsm.lock;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LockHolder;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One attempt to take the lock. Thread-safe. */
final class AcquireAttempt {
    private enum State {
        ASKING,
        GRANTED,
        OVER
    }

    private final LeaseEngine engine;
    private final Optional<LockHolder> seenBefore;
    private final CompletableFuture<AcquireResult> result = new CompletableFuture<>();
    private final Object monitor = new Object();
    private State state = State.ASKING;
    private LeaseRequest request;

    private AcquireAttempt(LeaseEngine engine, Optional<LockHolder> seenBefore) {
        this.engine = engine;
        this.seenBefore = seenBefore;
        this.request = engine.newRequest();
    }

    /**
     * Begins.
     *
     * @param seenBefore who had the lock when it was last looked at
     */
    static AcquireAttempt begin(LeaseEngine engine, Optional<LockHolder> seenBefore) {
        AcquireAttempt attempt = new AcquireAttempt(engine, seenBefore);
        attempt.ask(attempt.request, true);
        return attempt;
    }

    /** What it came to; it is not complete before a grant may be used. */
    CompletableFuture<AcquireResult> result() {
        return result;
    }

    /**
     * Ends it as failed, unless the store has answered. What the store answers later is undone.
     *
     * @return whether it was ended
     */
    boolean giveUp(Throwable why) {
        LeaseRequest abandoned;
        synchronized (monitor) {
            if (state != State.ASKING) {
                return false;
            }
            state = State.OVER;
            abandoned = request;
        }
        engine.abandon(abandoned.claim());
        result.completeExceptionally(why);
        return true;
    }

    private void ask(LeaseRequest asked, boolean mayAskAgain) {
        ClockReading begun =
                ClockReading.of(engine.clock()); // before the request is sent: its answer may take any time
        var unused = engine.acquire(asked)
                .whenComplete((answer, failure) -> answered(asked, begun, mayAskAgain, answer, failure));
    }

    private void answered(
            LeaseRequest asked,
            ClockReading begun,
            boolean mayAskAgain,
            @Nullable Acquisition answer,
            @Nullable Throwable failure) {
        if (answer instanceof Acquisition.Granted granted) {
            granted(asked, begun, granted);
        } else if (answer instanceof Acquisition.Occupied occupied) {
            occupied(asked, mayAskAgain, occupied);
        } else {
            giveUp(failure == null ? new IllegalStateException("the store answered nothing") : failure);
        }
    }

    private void granted(LeaseRequest asked, ClockReading begun, Acquisition.Granted granted) {
        boolean tooLate = engine.clock().nanoTime() - engine.timings().hardDeadline(begun.nanos()) >= 0;
        if (tooLate) {
            giveUp(new LockUnavailableException(engine.name(), "granted too late to be relied on", null));
        }
        synchronized (monitor) {
            if (state == State.ASKING) {
                state = State.GRANTED;
            }
            tooLate = state != State.GRANTED;
        }
        if (tooLate) {
            engine.abandon(asked.claim());
            return;
        }
        var unused = engine.begin(asked, granted, begun, seenBefore).active().whenComplete((lease, failure) -> {
            if (failure == null) {
                result.complete(new AcquireResult.Acquired(lease));
            } else {
                result.completeExceptionally(failure);
            }
        });
    }

    private void occupied(LeaseRequest asked, boolean mayAskAgain, Acquisition.Occupied occupied) {
        if (occupied.claim().equals(asked.claim())) { // acquired unseen, with a token that nobody told us
            giveUp(new LockUnavailableException(engine.name(), "acquired, but the fencing token was not told", null));
        } else if (mayAskAgain && engine.isUnused(occupied.claim())) {
            var unused = engine.release(occupied.claim()).whenComplete((had, failure) -> askAgain());
        } else {
            over(Identity.holder(occupied.claim(), occupied.remaining()));
        }
    }

    /** With a new token: the old one's request is done with. */
    private void askAgain() {
        LeaseRequest again = engine.newRequest();
        synchronized (monitor) {
            if (state != State.ASKING) {
                return;
            }
            request = again;
        }
        ask(again, false);
    }

    private void over(LockHolder holder) {
        synchronized (monitor) {
            if (state != State.ASKING) {
                return;
            }
            state = State.OVER;
        }
        result.complete(new AcquireResult.HeldBy(holder));
    }
}
