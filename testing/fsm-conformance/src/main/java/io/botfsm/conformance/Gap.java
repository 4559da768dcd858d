package io.botfsm.conformance;

/**
 * A part of a rule that cannot be checked with a backend. Neither passed nor skipped: reported, and asserted by
 * {@link Conformance#expectedGaps()}.
 *
 * @param rule the rule's number in the specification, among those of the storages or those of the leases
 * @param need what is missing to check that part
 */
public record Gap(int rule, Need need) {
    /** The gap in words: {@code rule 17 without CUTS_OFF}. */
    @Override
    public String toString() {
        return "rule " + rule + " without " + need;
    }
}
