package io.botfsm.lock;

import io.botfsm.lock.InstanceLeases.Attempted;
import io.botfsm.lock.internal.LeaseEngine;
import io.botfsm.lock.internal.LeaseSettings;
import io.botfsm.lock.internal.LeaseTimers;
import io.botfsm.lock.internal.LeaseTimings;
import io.botfsm.lock.internal.TestIdentity;
import io.botfsm.lock.store.LeaseStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** An instance that acquires the lock as {@link LeaseLock} does. */
final class SimulatedLockUser extends SimulatedInstance {
    private final InstanceLeases leases;
    private @Nullable Standby standby;
    private int claims;

    SimulatedLockUser(
            String owner,
            Simulation simulation,
            SimulatedMachine machine,
            LeaseStore store,
            SimulatedServer server,
            LeaseTimings timings) {
        super("lock", simulation, machine, server, 60_000 * MILLI);
        LeaseEngine engine = new LeaseEngine(
                store,
                TestIdentity.of(owner, () -> Integer.toString(++claims)),
                LeaseSettings.ofInstance(timings, false),
                new LeaseTimers(machine, machine, machine, simulation.random()::nextDouble));
        this.leases = new InstanceLeases(
                engine,
                "lock",
                new LockEvents(List.of(this::note), Runnable::run),
                callback -> machine.schedule(Duration.ZERO, callback));
    }

    private void note(LockEvent event) {
        if (event instanceof LockEvent.Lost lost) {
            loses(lost.fencingToken(), lost.reason());
        }
    }

    @Override
    void standBy() {
        long wait = simulation.between(1_000 * MILLI, 60_000 * MILLI);
        standby = Standby.begin(leases, machine().nanoTime() + wait);
        var unused = standby.result().whenComplete(this::attempted);
    }

    @Override
    void tryOnce() {
        Attempted attempt = leases.attempt(Optional.empty());
        long timeout = leases.engine().timings().requestTimeout().toNanos();
        machine().later(timeout, () -> attempt.giveUp(new TimeoutException("limit")));
        var unused = attempt.result().whenComplete(this::attempted);
    }

    @Override
    void cancel(Throwable why) {
        if (standby != null) {
            standby.cancel(why);
        }
    }

    private void attempted(@Nullable AcquireResult result, @Nullable Throwable failure) {
        standby = null;
        if (result instanceof AcquireResult.Acquired acquired) {
            hold((InstanceLease) acquired.lease());
        } else {
            acquiredNothing();
        }
    }

    private void hold(InstanceLease lease) {
        acquired(lease::isHeld, lease::fencingToken, lease::release);
        long token = lease.fencingToken();
        lease.onLost(reason -> isNotifiedOfLoss(token));
    }
}
