package io.botfsm.lock;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.store.LeaseStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects how a lock works. Not thread-safe. */
public final class LeaseLockBuilder {
    /** How long a lease lasts unless renewed or chosen otherwise. */
    public static final Duration DEFAULT_TTL = Duration.ofSeconds(30);

    private final LeaseStore store;
    private final String name;
    private Duration ttl = DEFAULT_TTL;
    private Optional<Duration> renewEvery = Optional.empty();
    private Optional<Duration> attemptLimit = Optional.empty();
    private Optional<Duration> stopMargin = Optional.empty();
    private boolean replacesDeadHolders = true;
    private LockClock clock = LockClock.system();
    private final List<LockListener> listeners = new ArrayList<>();

    LeaseLockBuilder(LeaseStore store, String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name of a lock must not be empty");
        }
        this.store = store;
        this.name = name;
    }

    /**
     * Lets a lease last this long unless renewed, {@link #DEFAULT_TTL} by default. All instances of one name should have the
     * same. A crashed holder is replaced after that time; a holder that cannot reach the store stops in that time.
     */
    public LeaseLockBuilder ttl(Duration d) {
        requireNonNull(d, "ttl");
        ttl = d;
        return this;
    }

    /** Renews this often, a third of the time to live by default. */
    public LeaseLockBuilder renewEvery(Duration d) {
        requireNonNull(d, "renewEvery");
        renewEvery = Optional.of(d);
        return this;
    }

    /** Gives one request to the store this long, a sixth of the time to live by default. */
    public LeaseLockBuilder attemptLimit(Duration d) {
        requireNonNull(d, "attemptLimit");
        attemptLimit = Optional.of(d);
        return this;
    }

    /** Tells {@link Lease#onExpiring} this long before the lease is lost, a tenth of the time to live by default. */
    public LeaseLockBuilder stopMargin(Duration d) {
        requireNonNull(d, "stopMargin");
        stopMargin = Optional.of(d);
        return this;
    }

    /**
     * Replaces a holder whose process is known to be dead at once, rather than when its lease expires; so by default. Known is
     * that only of processes of the same machine, and only on Linux: by the machine's identity and host name, its boot, and the
     * namespace, number and start of the process, not by the time of day. Switch it off where running machines are copied and
     * the copies keep host name and network address.
     */
    public LeaseLockBuilder replaceDeadHolders(boolean replaces) {
        replacesDeadHolders = replaces;
        return this;
    }

    /** Measures time with another clock; for tests. */
    public LeaseLockBuilder clock(LockClock c) {
        requireNonNull(c, "clock");
        clock = c;
        return this;
    }

    /** Tells this one too what happens. */
    public LeaseLockBuilder listener(LockListener listener) {
        requireNonNull(listener, "listener");
        listeners.add(listener);
        return this;
    }

    /**
     * The lock. Has threads of its own once it is used; close it.
     *
     * @throws IllegalArgumentException if a time is out of its range, or one failed renewal would already lose the lease; the
     *     message tells which, and why
     */
    public InstanceLock build() {
        return new LeaseLock(
                store,
                name,
                Timings.of(ttl, renewEvery, attemptLimit, stopMargin),
                clock,
                replacesDeadHolders,
                listeners);
    }
}
