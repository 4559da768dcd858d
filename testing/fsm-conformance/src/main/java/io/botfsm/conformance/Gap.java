package io.botfsm.conformance;

/**
 * A part of a rule that cannot be checked with a backend. It is neither passed nor skipped, but reported, and asserted
 * by {@link Conformance#expectedGaps()}.
 *
 * @param rule the rule's number in the specification, among those of the storages or those of the leases
 * @param need the need that is not met
 */
public record Gap(int rule, Need need) {
    /** Returns the gap in words: {@code rule 17 without CUTS_OFF}. */
    @Override
    public String toString() {
        return "rule " + rule + " without " + need;
    }
}
