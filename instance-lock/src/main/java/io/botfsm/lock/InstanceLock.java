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
 * Lets one instance of several be the active one. A lock is had as a {@link Lease}: for a time, renewed by itself, with
 * a fencing token; a holder may lose it at any moment and has to check.
 *
 * <p>Thread-safe. The implementation given by {@link #builder(LeaseStore, String)} is the one of this library; an
 * application may bring another.
 */
public interface InstanceLock extends AutoCloseable {
    /**
     * Begins to choose how a lock works.
     *
     * @param store where leases are kept; stays open when the lock is closed
     * @param name what is locked: the same for all instances of which one is to be active
     * @throws IllegalArgumentException if the name is empty
     */
    static Builder builder(LeaseStore store, String name) {
        requireNonNull(store, "store");
        requireNonNull(name, "name");
        return new Builder(store, name);
    }

    /**
     * Takes the lock if it is free: one round trip. Where the store may have forgotten a lease, as after a restart
     * without its data, the lock is held only once that lease must have expired; this method waits for that, at most
     * one time to live, and logs at once and every few seconds what it waits for.
     *
     * @throws LockUnavailableException if the store fails or does not answer in time; the lock is not held then
     * @throws InterruptedLockException if interrupted, with the flag set again; the lock is not held then
     * @throws LockClosedException if the lock is closed
     */
    AcquireResult tryAcquire();

    /**
     * Stands by until the lock is free: takes over at once when it is released, within its time to live when its holder
     * crashed.
     *
     * @param timeout how long; a store that fails meanwhile is asked again
     * @return held by another only if that is so at the end of the wait
     * @throws InterruptedException if interrupted; the lock is not held then
     * @throws LockUnavailableException if the store failed to the end, or with a failure that lasts
     * @throws LockClosedException if the lock is or gets closed
     */
    AcquireResult acquire(Duration timeout) throws InterruptedException;

    /**
     * Who has the lock now, this instance possibly.
     *
     * @throws LockUnavailableException if the store fails or does not answer in time
     */
    Optional<LockHolder> holder();

    /**
     * Frees the lock, no matter who has it. For operators: a holder that still runs notices at its next renewal, and
     * what it writes until then is refused only where the next holder's fencing token is known already.
     *
     * @throws LockUnavailableException if the store fails or does not answer in time
     */
    void forceRelease();

    /** Gives up a lease that is held, and ends the lock and its threads, not the store. Idempotent. */
    @Override
    void close();

    /** Collects how a lock works. Not thread-safe. */
    final class Builder {
        /** How long a lease lasts unless renewed or chosen otherwise. */
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
         * Lets a lease last this long unless renewed, {@link #DEFAULT_TTL} by default. All instances of one name should
         * have the same. A crashed holder is replaced after that time; a holder that cannot reach the store stops in
         * that time.
         */
        public Builder ttl(Duration d) {
            requireNonNull(d, "ttl");
            ttl = d;
            return this;
        }

        /** Renews this often, a third of the time to live by default. */
        public Builder renewEvery(Duration d) {
            requireNonNull(d, "renewEvery");
            renewEvery = Optional.of(d);
            return this;
        }

        /** Gives one request to the store this long, a sixth of the time to live by default. */
        public Builder requestTimeout(Duration d) {
            requireNonNull(d, "requestTimeout");
            requestTimeout = Optional.of(d);
            return this;
        }

        /**
         * Tells {@link Lease#onExpiring} this long before the lease is lost, a tenth of the time to live by default.
         */
        public Builder stopMargin(Duration d) {
            requireNonNull(d, "stopMargin");
            stopMargin = Optional.of(d);
            return this;
        }

        /**
         * Replaces a holder whose process is known to be dead at once, rather than when its lease expires; so by
         * default. Known is that only of processes of the same machine, and only on Linux: by the machine's identity
         * and host name, its boot, and the namespace, number and start of the process, not by the time of day. Switch
         * it off where running machines are copied and the copies keep host name and network address.
         */
        public Builder replaceDeadHolders(boolean replaces) {
            replacesDeadHolders = replaces;
            return this;
        }

        /** Measures time with another clock; for tests. */
        public Builder clock(LeaseClock c) {
            requireNonNull(c, "clock");
            clock = c;
            return this;
        }

        /** Tells this one too what happens. */
        public Builder listener(LockListener listener) {
            requireNonNull(listener, "listener");
            listeners.add(listener);
            return this;
        }

        /**
         * The lock. Has threads of its own once it is used; close it.
         *
         * @throws IllegalArgumentException if a time is out of its range, or one failed renewal would already lose the
         *     lease; the message tells which, and why
         */
        public InstanceLock build() {
            LeaseTimings timings = LeaseTimings.of(ttl, renewEvery, requestTimeout, stopMargin);
            return new LeaseLock(store, name, LeaseSettings.ofInstance(timings, replacesDeadHolders), clock, listeners);
        }
    }
}
