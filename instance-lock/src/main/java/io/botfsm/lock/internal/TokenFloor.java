package io.botfsm.lock.internal;

import io.botfsm.lock.store.LeaseRequest;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The least fencing token that later leases are to have, above those that were seen where a write was refused.
 * Thread-safe.
 *
 * <p>A token is the store's time in microseconds, or one more than the token before. So one is plausible that is below
 * the year 2112 (2^52), or no more than a year ahead of the token of the lease that was refused because of it. Whatever
 * clocks were wrong by is below; numbers that no lease has had must not use up the tokens that are left.
 */
final class TokenFloor {
    private static final long PLAUSIBLE = 1L << 52;
    private static final long PLAUSIBLE_LEAD = TimeUnit.DAYS.toMicros(365);

    private final AtomicLong least = new AtomicLong();

    long least() {
        return least.get();
    }

    /** Rises above a token that was seen, unless that is implausible; returns whether it is plausible. */
    boolean learn(long seen, long own) {
        if (seen >= PLAUSIBLE && seen - own > PLAUSIBLE_LEAD) {
            return false;
        }
        least.accumulateAndGet(Math.min(seen + 1, LeaseRequest.MAX_FENCING_TOKEN), Math::max);
        return true;
    }
}
