package io.botfsm.lock.store;

import java.time.Duration;
import java.util.Optional;

/** What became of an attempt to acquire. */
public sealed interface Acquisition {
    /**
     * The lease was free and is yours.
     *
     * @param fencingToken the fencing token
     * @param memory how far back the store is sure to know of leases of this name: one that was granted, or renewed,
     *     longer ago may have been forgotten, one within that time was not. {@link #EVERYTHING} if nothing is ever
     *     forgotten
     */
    record Granted(long fencingToken, Duration memory) implements Acquisition {
        /** The memory of a store that never forgets. */
        public static final Duration EVERYTHING = Duration.ofSeconds(Long.MAX_VALUE);
    }

    /**
     * Somebody has it, possibly the one who asks.
     *
     * @param claim who
     * @param remaining how long it lasts unless renewed; empty if for ever, which this library never does
     */
    record Occupied(Claim claim, Optional<Duration> remaining) implements Acquisition {}
}
