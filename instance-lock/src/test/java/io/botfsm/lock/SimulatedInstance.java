package io.botfsm.lock;

import io.botfsm.lock.store.LossReason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An instance that acquires one lease, holds it for a while, and acquires it again; how it does so depends on the
 * subclass.
 */
abstract class SimulatedInstance {
    static final long MILLI = 1_000_000;

    /** One lease of the instance, as its user sees it, and how often the user was notified of its loss. */
    private static final class Held {
        private final BooleanSupplier isHeld;
        private final LongSupplier fencingToken;
        private final Runnable release;
        private final long token;
        private boolean released;
        private int notifications;

        Held(BooleanSupplier isHeld, LongSupplier fencingToken, Runnable release) {
            this.isHeld = isHeld;
            this.fencingToken = fencingToken;
            this.release = release;
            this.token = fencingToken.getAsLong();
        }
    }

    final Simulation simulation;
    final String name;
    private final SimulatedServer server;
    private final SimulatedMachine machine;
    private final List<Held> generations = new ArrayList<>();

    /** The tokens of lost leases, whether or not their users have been notified yet. */
    private final Set<Long> lostTokens = new HashSet<>();

    private @Nullable Held current;

    /** The last lease, released or not. */
    private @Nullable Held latest;

    private long holdAtMost;
    private long standbySince = Long.MAX_VALUE;
    private boolean onlyStandsBy;
    private boolean ended;

    /**
     * An instance.
     *
     * @param name the name of the lease
     * @param holdAtMost the longest time for which it holds the lease, in nanoseconds
     */
    SimulatedInstance(
            String name, Simulation simulation, SimulatedMachine machine, SimulatedServer server, long holdAtMost) {
        this.name = name;
        this.simulation = simulation;
        this.machine = machine;
        this.server = server;
        this.holdAtMost = holdAtMost;
    }

    /** Waits for a lease, for a time that it chooses itself. */
    abstract void standBy();

    /** Asks once. */
    abstract void tryOnce();

    abstract void cancel(Throwable why);

    final String name() {
        return name;
    }

    final SimulatedMachine machine() {
        return machine;
    }

    /** From now on, always stands by rather than trying once, and holds the lease no longer than this. */
    final void standBy(long nanos) {
        onlyStandsBy = true;
        holdAtMost = nanos;
        if (current != null) {
            releaseLater(current);
        }
    }

    final void end() {
        ended = true;
        cancel(new TimeoutException("the end"));
        if (current != null) {
            release(current);
        }
    }

    final void begin() {
        if (ended) {
            return;
        }
        if (onlyStandsBy || simulation.chance(0.7)) {
            standbySince = simulation.now();
            standBy();
        } else {
            tryOnce();
        }
    }

    // Outcomes.

    final void acquiredNothing() {
        standbySince = Long.MAX_VALUE;
        beginLater();
    }

    private void beginLater() {
        long most = onlyStandsBy ? 1_000 : 3_000;
        machine.later(simulation.between(MILLI, most * MILLI), this::begin);
    }

    final void acquired(BooleanSupplier isHeld, LongSupplier fencingToken, Runnable release) {
        standbySince = Long.MAX_VALUE;
        Held held = new Held(isHeld, fencingToken, release);
        if (ended) {
            release(held);
            return;
        }
        current = held;
        latest = held;
        generations.add(held);
        releaseLater(held);
    }

    final void loses(long token, LossReason reason) {
        lostTokens.add(token);
        boolean reportedByStore = reason == LossReason.TAKEN || reason == LossReason.FORCED;
        if (reportedByStore && server.surelyHas(name, token)) {
            simulation.found(Violation.LOST_WITHOUT_REASON, token + ": " + reason);
        }
    }

    final void isNotifiedOfLoss(long token) {
        Held held = generations.stream()
                .filter(each -> each.token == token)
                .findFirst()
                .orElseThrow();
        held.notifications++;
        if (held.notifications > 1 || held.released) {
            simulation.found(Violation.NOTIFIED_TWICE, "token " + held.token);
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
        held.release.run();
    }

    // Observations.

    final boolean isHolding() {
        return latest != null && machine.isRunning() && latest.isHeld.getAsBoolean();
    }

    /** The token of its last lease, released or not; 0 if it never had one. */
    final long token() {
        return latest == null ? 0 : latest.token;
    }

    /** Since when it has been standing by; far in the future if it is not. */
    final long standbySince() {
        return standbySince;
    }

    /** Whether it still relies on a lease that it no longer holds. */
    final boolean isDeceived() {
        return current != null && !current.isHeld.getAsBoolean();
    }

    /** How many losses its user was notified of. */
    final int losses() {
        return generations.stream().mapToInt(held -> held.notifications).sum();
    }

    /** Checks that each lease kept its token, and was released or reported as lost. */
    final void checkNotified() {
        for (Held held : generations) {
            if (held.fencingToken.getAsLong() != held.token) {
                throw new ViolationException(Violation.TOKEN_CHANGED, "token " + held.token);
            }
            if (!held.released && held.notifications == 0) {
                throw new ViolationException(Violation.NOT_NOTIFIED, "token " + held.token);
            }
        }
    }
}
