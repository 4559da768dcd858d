package io.botfsm.lock.store;

/** What became of a renewal. */
public sealed interface Renewal {
    /** The lease lasts another time to live. */
    record Renewed() implements Renewal {}

    /**
     * The claim does not have the lease, and so never will again.
     *
     * @param found what is there instead
     */
    record NotYours(StoredLease found) implements Renewal {}
}
