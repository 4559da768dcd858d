package io.botfsm.lock.store;

import io.botfsm.lock.Lease;

/** The reason why a lease was lost. */
public enum LossReason {
    /** It could not be renewed in time, or the store no longer has it. */
    EXPIRED,
    /** Another instance has acquired it. */
    TAKEN,
    /** An operator released the lock. */
    FORCED,
    /** The machine was suspended, and the lease expired meanwhile. */
    SUSPENDED,
    /** Its fencing token was refused as too low; see {@link Lease#fenced}. */
    FENCED
}
