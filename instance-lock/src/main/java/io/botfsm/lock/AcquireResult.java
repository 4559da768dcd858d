package io.botfsm.lock;

import io.botfsm.lock.store.LockHolder;

/** The result of an attempt to acquire the lock. */
public sealed interface AcquireResult {
    /** The lock is held, and renewed until the lease is closed or lost. */
    record Acquired(Lease lease) implements AcquireResult {}

    /** The lock was not acquired, since it has the given holder. */
    record HeldBy(LockHolder holder) implements AcquireResult {}

    /**
     * Returns the lease.
     *
     * @throws LockHeldException if another instance holds the lock; the exception names the holder
     */
    default Lease orThrow() {
        if (this instanceof HeldBy held) {
            throw new LockHeldException(held.holder());
        }
        return ((Acquired) this).lease();
    }
}
