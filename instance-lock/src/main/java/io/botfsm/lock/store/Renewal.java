package io.botfsm.lock.store;

/** The outcome of a renewal. */
public sealed interface Renewal {
    /** The lease was renewed for another time to live. */
    record Renewed() implements Renewal {}

    /**
     * The claim does not hold the lease, and never will again.
     *
     * @param found the current content of the store
     */
    record NotYours(StoredLease found) implements Renewal {}
}
