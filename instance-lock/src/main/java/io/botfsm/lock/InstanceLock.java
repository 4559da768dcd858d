package io.botfsm.lock;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.store.LeaseStore;
import java.time.Duration;
import java.util.Optional;

/**
 * Lets one instance of several be the active one. A lock is had as a {@link Lease}: for a time, renewed by itself, with a
 * fencing token; whoever has it may lose it at any moment and has to look.
 *
 * <p>Thread-safe. The implementation given by {@link #over} is the one of this library; an application may bring another.
 */
public interface InstanceLock extends AutoCloseable {
    /**
     * Begins to choose how a lock works.
     *
     * @param store where leases are kept; stays open when the lock is closed
     * @param name what is locked: the same for all instances of which one is to be active
     * @throws IllegalArgumentException if the name is empty
     */
    static LeaseLockBuilder over(LeaseStore store, String name) {
        requireNonNull(store, "store");
        requireNonNull(name, "name");
        return new LeaseLockBuilder(store, name);
    }

    /**
     * Takes the lock if it is free: one round trip. Where the store may have forgotten a lease, as after a restart without its
     * data, the lock is held only once that lease must have expired; this method waits for that, at most one time to live, and
     * logs at once and every few seconds what it waits for.
     *
     * @throws LockUnavailableException if the store fails or does not answer in time; the lock is not held then
     * @throws InterruptedLockException if interrupted, with the flag set again; the lock is not held then
     * @throws LockClosedException if the lock is closed
     */
    Attempt tryAcquire();

    /**
     * Stands by until the lock is free: takes over at once when it is released, within its time to live when its holder
     * crashed.
     *
     * @param maxWait how long; a store that fails meanwhile is asked again
     * @return held by another only if that is so at the end of the wait
     * @throws InterruptedException if interrupted; the lock is not held then
     * @throws LockUnavailableException if the store failed to the end, or with a failure that lasts
     * @throws LockClosedException if the lock is or gets closed
     */
    Attempt acquire(Duration maxWait) throws InterruptedException;

    /**
     * Who has the lock now, this instance possibly.
     *
     * @throws LockUnavailableException if the store fails or does not answer in time
     */
    Optional<LockHolder> holder();

    /**
     * Frees the lock, whoever has it. For operators: a holder that still runs notices at its next renewal, and what it writes
     * until then is refused only where the next holder's fencing token is known already.
     *
     * @throws LockUnavailableException if the store fails or does not answer in time
     */
    void forceRelease();

    /** Gives up a lease that is held, and ends the lock and its threads, not the store. Idempotent. */
    @Override
    void close();

    /** What an attempt to take the lock came to. */
    sealed interface Attempt {
        /** The lock is held, and renewed until the lease is closed or lost. */
        record Acquired(Lease lease) implements Attempt {}

        /** Somebody has it. */
        record HeldBy(LockHolder holder) implements Attempt {}

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
}
