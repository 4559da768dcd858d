package io.botfsm.lock;

import io.botfsm.lock.store.LossReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** An instance that wants the lock, holds it for a while, and wants it again. */
final class SimulatedInstance {
    /** One lease it had, and what it was told of it. */
    private static final class Held {
        private final Lease lease;
        private final long token;
        private boolean released;
        private int lossesTold;

        Held(Lease lease) {
            this.lease = lease;
            this.token = lease.fencingToken();
        }
    }

    private static final long MILLI = 1_000_000;

    private final Simulation simulation;
    private final SimulatedServer server;
    private final SimulatedMachine machine;
    private final LeaseEngine engine;
    private final Timings timings;
    private final List<Held> generations = new ArrayList<>();
    /** Of leases that were lost, whether that was told already or not. */
    private final Set<Long> lostTokens = new HashSet<>();

    private @Nullable Held current;
    /** The last one, given back or not. */
    private @Nullable Held latest;

    private @Nullable Standby standby;
    private long holdAtMost = 60_000 * MILLI;
    private long standbySince = Long.MAX_VALUE;
    private boolean onlyStandsBy;
    private int claims;
    private boolean ended;

    SimulatedInstance(
            String name,
            Simulation simulation,
            SimulatedMachine machine,
            SimulatedStore store,
            SimulatedServer server,
            Timings timings) {
        this.simulation = simulation;
        this.server = server;
        this.machine = machine;
        this.timings = timings;
        this.engine = new LeaseEngine(
                store,
                "lock",
                timings,
                machine,
                new Identity(name, "host", 1, Instant.EPOCH, Optional.empty(), () -> Integer.toString(++claims)),
                false,
                machine,
                machine,
                callback -> machine.schedule(Duration.ZERO, callback),
                new LockEvents(List.of(this::note), Runnable::run),
                simulation.random()::nextDouble);
    }

    private void note(LockEvent event) {
        if (event instanceof LockEvent.Lost lost) {
            lostTokens.add(lost.fencingToken());
            boolean toldByStore = lost.reason() == LossReason.TAKEN || lost.reason() == LossReason.FORCED;
            if (toldByStore && server.surelyHas(lost.fencingToken())) {
                simulation.found(Violation.LOST_WITHOUT_REASON, lost.toString());
            }
        }
    }

    SimulatedMachine machine() {
        return machine;
    }

    /** From now on it does nothing but stand by, and holds the lock no longer than that. */
    void standBy(long nanos) {
        onlyStandsBy = true;
        holdAtMost = nanos;
        if (current != null) {
            releaseLater(current);
        }
    }

    void end() {
        ended = true;
        if (standby != null) {
            standby.cancel(new TimeoutException("the end"));
        }
        if (current != null) {
            release(current);
        }
    }

    void begin() {
        if (ended) {
            return;
        }
        if (onlyStandsBy || simulation.chance(0.7)) {
            long wait = simulation.between(1_000 * MILLI, 60_000 * MILLI);
            standbySince = simulation.now();
            standby = Standby.begin(engine, machine.nanoTime() + wait);
            var unused = standby.result().whenComplete(this::came);
        } else {
            AcquireAttempt attempt = AcquireAttempt.begin(engine, Optional.empty());
            machine.later(timings.requestTimeout().toNanos(), () -> attempt.giveUp(new TimeoutException("limit")));
            var unused = attempt.result().whenComplete(this::came);
        }
    }

    private void came(@Nullable AcquireResult attempt, @Nullable Throwable failure) {
        standby = null;
        standbySince = Long.MAX_VALUE;
        if (attempt instanceof AcquireResult.Acquired acquired) {
            hold(new Held(acquired.lease()));
        } else {
            beginLater();
        }
    }

    private void beginLater() {
        long most = onlyStandsBy ? 1_000 : 3_000;
        machine.later(simulation.between(MILLI, most * MILLI), this::begin);
    }

    private void hold(Held held) {
        if (ended) {
            release(held);
            return;
        }
        current = held;
        latest = held;
        generations.add(held);
        held.lease.onLost(reason -> lost(held));
        releaseLater(held);
    }

    private void lost(Held held) {
        held.lossesTold++;
        if (held.lossesTold > 1 || held.released) {
            simulation.found(Violation.LOSS_TOLD_TWICE, "token " + held.token);
        }
        if (current == held) {
            current = null;
            beginLater();
        }
    }

    private void releaseLater(Held held) {
        long hold = simulation.between(10 * MILLI, holdAtMost);
        machine.later(hold, () -> {
            if (current == held && hold <= holdAtMost) {
                release(held);
                beginLater();
            }
        });
    }

    private void release(Held held) {
        current = null;
        held.released = !lostTokens.contains(held.token);
        var unused = ((LeaseGeneration) held.lease).release();
    }

    boolean isHolding() {
        return latest != null && machine.isRunning() && latest.lease.isHeld();
    }

    /** The token of the lease it has, 0 without one. */
    long token() {
        return latest == null ? 0 : latest.token;
    }

    /** Since when it has been standing by; far in the future if it is not. */
    long standbySince() {
        return standbySince;
    }

    /** Whether it still goes by a lease that it no longer has. */
    boolean isDeceived() {
        return current != null && !current.lease.isHeld();
    }

    /** How many of its leases were lost. */
    int losses() {
        return generations.stream().mapToInt(held -> held.lossesTold).sum();
    }

    /** At the end every lease is either released or known to be lost. */
    void checkTold() {
        for (Held held : generations) {
            if (held.lease.fencingToken() != held.token) {
                throw new ViolationException(Violation.TOKEN_CHANGED, "token " + held.token);
            }
            if (!held.released && held.lossesTold == 0) {
                throw new ViolationException(Violation.LOSS_NOT_TOLD, "token " + held.token);
            }
        }
    }
}
