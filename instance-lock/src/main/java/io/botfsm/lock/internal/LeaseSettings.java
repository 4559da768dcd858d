package io.botfsm.lock.internal;

import io.botfsm.lock.store.LeaseStore.Fences;
import java.time.Duration;

/**
 * How leases are kept.
 *
 * @param timings how long they last, and when they are renewed
 * @param fences whether a name's fence outlives its leases
 * @param quarantined whether a lease is used only when every earlier holder must have expired that the store may have
 *     forgotten
 * @param replacesDeadHolders whether a claim is released if the process that made it is known to be dead
 * @param remembered how many claims that were given up are remembered
 */
public record LeaseSettings(
        LeaseTimings timings, Fences fences, boolean quarantined, boolean replacesDeadHolders, int remembered) {
    private static final int CLAIMS_OF_AN_INSTANCE = 256;
    private static final int CLAIMS_OF_CONVERSATIONS = 10_000;

    /** For the lock of an instance: one name, held for long, by one holder without a doubt. */
    public static LeaseSettings ofInstance(LeaseTimings timings, boolean replacesDeadHolders) {
        return new LeaseSettings(timings, Fences.KEPT, true, replacesDeadHolders, CLAIMS_OF_AN_INSTANCE);
    }

    /** For conversations: many names, each held for a moment, and used at once. */
    public static LeaseSettings ofConversations(Duration ttl) {
        return new LeaseSettings(LeaseTimings.of(ttl), Fences.EXPIRING, false, false, CLAIMS_OF_CONVERSATIONS);
    }

    /**
     * How long a lease must not be used that was granted out of so long a memory; not positive if it may be at once.
     */
    Duration quarantine(Duration memory) {
        return quarantined ? timings.ttl().minus(memory) : Duration.ZERO;
    }
}
