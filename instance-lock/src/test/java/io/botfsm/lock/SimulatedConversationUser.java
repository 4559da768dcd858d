package io.botfsm.lock;

import io.botfsm.lock.internal.AcquireAttempt;
import io.botfsm.lock.internal.AcquireAttempt.Outcome;
import io.botfsm.lock.internal.LeaseEngine;
import io.botfsm.lock.internal.LeaseGeneration;
import io.botfsm.lock.internal.LeaseWait;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One of several conversations of a process, which acquires its lease for a handler now and then, as event isolation
 * does.
 */
final class SimulatedConversationUser extends SimulatedInstance {
    private final LeaseEngine engine;
    private @Nullable LeaseWait wait;

    SimulatedConversationUser(
            String name, Simulation simulation, SimulatedMachine machine, LeaseEngine engine, SimulatedServer server) {
        super(name, simulation, machine, server, 1_000 * MILLI);
        this.engine = engine;
    }

    @Override
    void standBy() {
        long longest = simulation.between(1_000 * MILLI, 15_000 * MILLI);
        LeaseWait begun = new LeaseWait(engine, name, machine().nanoTime() + longest);
        wait = begun;
        ask(begun);
    }

    @Override
    void tryOnce() {
        ask(new LeaseWait(engine, name, machine().nanoTime()));
    }

    @Override
    void cancel(Throwable why) {
        if (wait != null) {
            wait.end();
            wait = null;
        }
    }

    private void ask(LeaseWait waiting) {
        AcquireAttempt attempt = engine.acquire(name);
        long timeout = engine.timings().requestTimeout().toNanos();
        machine().later(timeout, () -> attempt.giveUp(new TimeoutException("limit")));
        var unused = attempt.result().whenComplete((outcome, failure) -> answered(waiting, outcome));
    }

    private void answered(LeaseWait waiting, @Nullable Outcome outcome) {
        if (outcome instanceof Outcome.HeldElsewhere other && !waiting.isTimeOver()) {
            waiting.sleep(engine.pause(other.remaining()), () -> ask(waiting));
            return;
        }
        waiting.end();
        if (outcome instanceof Outcome.Taken taken) {
            hold(taken.lease());
        } else {
            acquiredNothing();
        }
    }

    private void hold(LeaseGeneration lease) {
        long token = lease.fencingToken();
        acquired(lease::isHeld, lease::fencingToken, () -> release(lease));
        lease.start(reason -> {
            loses(token, reason);
            isNotifiedOfLoss(token);
            release(lease); // as when the handler has ended
        });
    }

    private void release(LeaseGeneration lease) {
        var unused = lease.release().thenAccept(confirmed -> {
            if (confirmed) {
                engine.forget(lease.claim());
            }
        });
    }
}
