package io.botfsm.lock.store;

import java.time.Duration;
import java.util.Optional;

/** The outcome of an attempt to acquire a lease. */
public sealed interface Acquisition {
    /**
     * The lease was free and is granted to the claim.
     *
     * @param fencingToken the fencing token
     * @param memory how far back the store is certain to know the leases of this name. A lease that was granted or
     *     renewed before that may have been forgotten; one within that time was not. {@link #EVERYTHING} if the store
     *     never forgets
     */
    record Granted(long fencingToken, Duration memory) implements Acquisition {
        /** The memory of a store that never forgets. */
        public static final Duration EVERYTHING = Duration.ofSeconds(Long.MAX_VALUE);
    }

    /**
     * The lease is held, possibly by the requesting claim.
     *
     * @param claim the claim that holds it
     * @param remaining how long it lasts without a renewal; empty if forever, which never happens with this library
     */
    record Occupied(Claim claim, Optional<Duration> remaining) implements Acquisition {}
}
