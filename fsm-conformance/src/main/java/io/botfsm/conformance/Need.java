package io.botfsm.conformance;

import io.botfsm.storage.StateStorage.Capability;

/** What a test of the suite needs beyond reading and writing. Where it is missing, the rule has a {@link Gap}. */
public enum Need {
    /** The test class is {@link StateStorageConformance.AdvancesTime}. */
    ADVANCES_TIME,
    /** The test class is {@link StateStorageConformance.CutsOff}. */
    CUTS_OFF,
    /** The test class is {@link StateStorageConformance.Shares}. */
    SHARES,
    /** The test class is {@link StateStorageConformance.Counts}. */
    COUNTS,
    /** The storage has {@link Capability#VERSION}. */
    VERSION,
    /** The storage has {@link Capability#EVENT_ID}. */
    EVENT_ID,
    /** The storage has {@link Capability#FENCING}. */
    FENCING,
    /** The storage has {@link Capability#TTL}. */
    TTL;

    boolean isMetBy(StateStorageConformance suite) {
        return switch (this) {
            case ADVANCES_TIME -> suite instanceof StateStorageConformance.AdvancesTime;
            case CUTS_OFF -> suite instanceof StateStorageConformance.CutsOff;
            case SHARES -> suite instanceof StateStorageConformance.Shares;
            case COUNTS -> suite instanceof StateStorageConformance.Counts;
            case VERSION, EVENT_ID, FENCING, TTL -> suite.capabilities().contains(Capability.valueOf(name()));
        };
    }
}
