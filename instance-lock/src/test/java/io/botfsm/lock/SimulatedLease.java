package io.botfsm.lock;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One lease in a simulated world, as seen by an observer who knows the true time: who holds it, and with which tokens.
 */
final class SimulatedLease {
    private static final long SECOND = 1_000_000_000L;

    private final Simulation simulation;
    private final String name;
    private final Set<Long> tokensSeen = new HashSet<>();
    private long highestToken;
    private long heldLast;

    SimulatedLease(Simulation simulation, String name) {
        this.simulation = simulation;
        this.name = name;
    }

    /**
     * Checks the lease at this moment.
     *
     * @param all all instances, some of which want this lease
     * @param doubtful whether a recent fault allows two holders
     */
    void check(List<SimulatedInstance> all, boolean doubtful) {
        SimulatedInstance holder = null;
        for (SimulatedInstance instance : all) {
            if (instance.name().equals(name) && instance.isHolding()) {
                checkAlone(instance, holder, doubtful);
                checkToken(instance.token(), doubtful);
                holder = instance;
                heldLast = simulation.now();
            }
        }
    }

    private static void checkAlone(SimulatedInstance holder, @Nullable SimulatedInstance other, boolean doubtful) {
        if (other != null && !doubtful) {
            throw new ViolationException(Violation.TWO_HOLDERS, "tokens " + other.token() + " and " + holder.token());
        }
    }

    private void checkToken(long token, boolean doubtful) {
        if (tokensSeen.add(token)) {
            if (token < highestToken && !doubtful) {
                throw new ViolationException(Violation.TOKEN_FELL, token + " after " + highestToken);
            }
            highestToken = Math.max(highestToken, token);
        }
    }

    /** From now on, the lease must be acquired at once when it is free. */
    void beginChurn() {
        heldLast = simulation.now();
    }

    /** Checks that a standby acquires a free lease at once, long before a lease would have expired. */
    void checkNobodyWaits(List<SimulatedInstance> all) {
        if (simulation.now() - heldLast <= SECOND / 2) {
            return;
        }
        for (SimulatedInstance instance : all) {
            if (instance.name().equals(name) && instance.standbySince() < simulation.now() - SECOND / 2) {
                throw new ViolationException(Violation.NOT_TAKEN, "for half a second, while another stood by");
            }
        }
    }

    /**
     * Whether the lease was held recently: it may have just been released, and the next holder not yet been notified,
     * or be pausing between two waits.
     */
    boolean isHeldOrPassedOn() {
        return simulation.now() - heldLast < 4 * SECOND;
    }
}
