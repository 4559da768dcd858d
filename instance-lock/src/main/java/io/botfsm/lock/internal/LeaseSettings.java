package io.botfsm.lock.internal;

import io.botfsm.lock.store.LeaseStore.Fences;
import java.time.Duration;

/**
 * Settings of leases.
 *
 * @param timings how long leases last, and when they are renewed
 * @param fences whether a name's fence outlives its leases
 * @param quarantined whether a lease is used only once every earlier lease that the store may have forgotten must have
 *     expired
 * @param replacesDeadHolders whether a claim is released if the process that made it is known to be dead
 * @param remembered how many given-up claims are remembered
 */
public record LeaseSettings(
        LeaseTimings timings, Fences fences, boolean quarantined, boolean replacesDeadHolders, int remembered) {
    private static final int CLAIMS_OF_AN_INSTANCE = 256;
    private static final int CLAIMS_OF_CONVERSATIONS = 10_000;

    /**
     * Returns the settings for the lock of an instance: one name, held for a long time, by certainly only one holder.
     */
    public static LeaseSettings ofInstance(LeaseTimings timings, boolean replacesDeadHolders) {
        return new LeaseSettings(timings, Fences.KEPT, true, replacesDeadHolders, CLAIMS_OF_AN_INSTANCE);
    }

    /** Returns the settings for conversations: many names, each held briefly and used at once. */
    public static LeaseSettings ofConversations(Duration ttl) {
        return new LeaseSettings(LeaseTimings.of(ttl), Fences.EXPIRING, false, false, CLAIMS_OF_CONVERSATIONS);
    }

    /**
     * Returns how long a lease must not be used if the store's memory was this long; not positive if it may be used at
     * once.
     */
    Duration quarantine(Duration memory) {
        return quarantined ? timings.ttl().minus(memory) : Duration.ZERO;
    }
}
