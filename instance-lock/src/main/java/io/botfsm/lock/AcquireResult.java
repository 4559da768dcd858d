package io.botfsm.lock;

import io.botfsm.lock.store.LockHolder;

/** What an attempt to take the lock came to. */
public sealed interface AcquireResult {
    /** The lock is held, and renewed until the lease is closed or lost. */
    record Acquired(Lease lease) implements AcquireResult {}

    /** Somebody has it. */
    record HeldBy(LockHolder holder) implements AcquireResult {}

    /**
     * The lease.
     *
     * @throws LockHeldException if somebody else has the lock; it tells who
     */
    default Lease orThrow() {
        if (this instanceof HeldBy held) {
            throw new LockHeldException(held.holder());
        }
        return ((Acquired) this).lease();
    }
}
