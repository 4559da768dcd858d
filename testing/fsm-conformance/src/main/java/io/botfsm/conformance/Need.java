package io.botfsm.conformance;

import io.botfsm.storage.StateStorage.Capability;

/** What a test of a suite needs beyond the basic operations. If it is missing, the rule has a {@link Gap}. */
public enum Need {
    /** The test class is {@link Conformance.AdvancesTime}. */
    ADVANCES_TIME,
    /** The test class is {@link Conformance.CutsOff}. */
    CUTS_OFF,
    /** The test class is {@link Conformance.Shares}. */
    SHARES,
    /** The test class is {@link Conformance.Counts}. */
    COUNTS,
    /** The test class is {@link Conformance.Spoils}. */
    SPOILS,
    /** The test class is not {@link Conformance.SplitsConversations}. */
    WHOLE_RECORDS,
    /** The test class is {@link Conformance.Forgets}. */
    FORGETS,
    /** The storage has {@link Capability#COMPARE_AND_SET}. */
    COMPARE_AND_SET,
    /** The storage has {@link Capability#VERSION}. */
    VERSION,
    /** The storage has {@link Capability#EVENT_ID}. */
    EVENT_ID,
    /** The storage has {@link Capability#FENCING}. */
    FENCING,
    /** The storage has {@link Capability#TTL}. */
    TTL,
    /** The storage has {@link Capability#TIMES}. */
    TIMES,
    /** The storage has {@link Capability#ATTRIBUTES}. */
    ATTRIBUTES,
    /** The storage has {@link Capability#DEADLINE}. */
    DEADLINE,
    /** The storage has {@link Capability#ANY_TEXT}. */
    ANY_TEXT;

    boolean isMetBy(Conformance suite) {
        return switch (this) {
            case ADVANCES_TIME -> suite instanceof Conformance.AdvancesTime;
            case CUTS_OFF -> suite instanceof Conformance.CutsOff;
            case SHARES -> suite instanceof Conformance.Shares;
            case COUNTS -> suite instanceof Conformance.Counts;
            case SPOILS -> suite instanceof Conformance.Spoils;
            case WHOLE_RECORDS -> !(suite instanceof Conformance.SplitsConversations);
            case FORGETS -> suite instanceof Conformance.Forgets;
            case COMPARE_AND_SET, VERSION, EVENT_ID, FENCING, TTL, TIMES, ATTRIBUTES, DEADLINE, ANY_TEXT ->
                suite.meets(this);
        };
    }
}
