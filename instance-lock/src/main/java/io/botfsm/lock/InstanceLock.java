package io.botfsm.lock;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.internal.LeaseSettings;
import io.botfsm.lock.internal.LeaseTimings;
import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LockHolder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A lock that lets exactly one of several instances be active. It is held as a {@link Lease} with a limited time to
 * live, automatic renewal and a fencing token. A holder may lose the lock at any moment and has to check
 * {@link Lease#isHeld}.
 *
 * <p>Thread-safe. {@link #builder(LeaseStore, String)} creates the implementation of this library; an application may
 * provide another.
 */
public interface InstanceLock extends AutoCloseable {
    /**
     * Returns a builder for a lock.
     *
     * @param store keeps the leases; stays open when the lock is closed
     * @param name the name of the lock, shared by all instances of which only one may be active
     * @throws IllegalArgumentException if the name is empty
     */
    static Builder builder(LeaseStore store, String name) {
        requireNonNull(store, "store");
        requireNonNull(name, "name");
        return new Builder(store, name);
    }

    /**
     * Acquires the lock if it is free, in one round trip. If the store may have forgotten a lease, such as after a
     * restart without its data, the lock counts as held only once that lease must have expired. This method waits for
     * that, at most the time to live of a lease, and logs what it waits for, at once and every few seconds.
     *
     * @throws LockUnavailableException if the store fails or does not answer in time; the lock is not held then
     * @throws InterruptedLockException if interrupted, with the flag set again; the lock is not held then
     * @throws LockClosedException if the lock is closed
     */
    AcquireResult tryAcquire();

    /**
     * Stands by until the lock is free, and acquires it: immediately when it is released, and within its time to live
     * if its holder has crashed.
     *
     * @param timeout how long to wait; if the store fails meanwhile, it is asked again
     * @return {@link AcquireResult.HeldBy} only if another instance holds the lock at the end of the wait
     * @throws InterruptedException if interrupted; the lock is not held then
     * @throws LockUnavailableException if the store was still failing at the end of the wait, or failed permanently
     * @throws LockClosedException if the lock is closed, before or during the wait
     */
    AcquireResult acquire(Duration timeout) throws InterruptedException;

    /**
     * Returns the current holder of the lock, which may be this instance; empty if it is free.
     *
     * @throws LockUnavailableException if the store fails or does not answer in time
     * @throws InterruptedLockException if interrupted, with the flag set again
     * @throws LockClosedException if the lock is closed
     */
    Optional<LockHolder> holder();

    /**
     * Releases the lock, no matter who holds it. This is for operators: a holder that is still running notices the loss
     * only at its next renewal, and its writes until then are refused only where the next holder's fencing token is
     * already known.
     *
     * @throws LockUnavailableException if the store fails or does not answer in time
     * @throws InterruptedLockException if interrupted, with the flag set again
     * @throws LockClosedException if the lock is closed
     */
    void forceRelease();

    /** Releases a held lease, and closes the lock and its threads, but not the store. Idempotent. */
    @Override
    void close();

    /** Collects the settings of a lock. Not thread-safe. */
    final class Builder {
        /** The default time to live of a lease that is not renewed. */
        public static final Duration DEFAULT_TTL = Duration.ofSeconds(30);

        private final LeaseStore store;
        private final String name;
        private Duration ttl = DEFAULT_TTL;
        private Optional<Duration> renewEvery = Optional.empty();
        private Optional<Duration> requestTimeout = Optional.empty();
        private Optional<Duration> stopMargin = Optional.empty();
        private boolean replacesDeadHolders = true;
        private LeaseClock clock = LeaseClock.system();
        private final List<LockListener> listeners = new ArrayList<>();

        Builder(LeaseStore store, String name) {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("name of a lock must not be empty");
            }
            this.store = store;
            this.name = name;
        }

        /**
         * Sets the time to live of a lease that is not renewed. The default is {@link #DEFAULT_TTL}. All instances with
         * the same lock name should use the same value. A crashed holder is replaced after that time; a holder that
         * cannot reach the store stops within that time.
         */
        public Builder ttl(Duration d) {
            requireNonNull(d, "ttl");
            ttl = d;
            return this;
        }

        /** Sets the renewal interval. The default is a third of the time to live. */
        public Builder renewEvery(Duration d) {
            requireNonNull(d, "renewEvery");
            renewEvery = Optional.of(d);
            return this;
        }

        /** Sets the timeout of one request to the store. The default is a sixth of the time to live. */
        public Builder requestTimeout(Duration d) {
            requireNonNull(d, "requestTimeout");
            requestTimeout = Optional.of(d);
            return this;
        }

        /**
         * Sets how long before the loss of the lease {@link Lease#onExpiring} is called. The default is a tenth of the
         * time to live.
         */
        public Builder stopMargin(Duration d) {
            requireNonNull(d, "stopMargin");
            stopMargin = Optional.of(d);
            return this;
        }

        /**
         * Sets whether a holder whose process is known to be dead is replaced at once, rather than when its lease
         * expires. The default is true. This is known only for processes of the same machine, and only on Linux. It is
         * determined by the machine's identity and host name, its boot, and the namespace, number and start of the
         * process, not by the time of day. Disable it if running machines are copied and the copies keep host name and
         * network address.
         */
        public Builder replaceDeadHolders(boolean replaces) {
            replacesDeadHolders = replaces;
            return this;
        }

        /** Sets the clock that measures time; for tests. */
        public Builder clock(LeaseClock c) {
            requireNonNull(c, "clock");
            clock = c;
            return this;
        }

        /** Adds a listener for the events of the lock. */
        public Builder listener(LockListener listener) {
            requireNonNull(listener, "listener");
            listeners.add(listener);
            return this;
        }

        /**
         * Builds the lock. It starts threads of its own when it is used, so it must be closed.
         *
         * @throws IllegalArgumentException if a time is out of range, or if a single failed renewal would already lose
         *     the lease; the message says which, and why
         */
        public InstanceLock build() {
            LeaseTimings timings = LeaseTimings.of(ttl, renewEvery, requestTimeout, stopMargin);
            return new LeaseLock(store, name, LeaseSettings.ofInstance(timings, replacesDeadHolders), clock, listeners);
        }
    }
}
