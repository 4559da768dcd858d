package io.botfsm.lock.internal;

import io.botfsm.lock.store.LeaseRequest;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The minimum fencing token for later leases. It is above the tokens that were seen when writes were refused.
 * Thread-safe.
 *
 * <p>A token is the store's time in microseconds, or one more than the previous token. A token is therefore plausible
 * if it is below 2^52 (the year 2112), or no more than a year ahead of the token of the lease that was refused because
 * of it. Tokens from wrong clocks are below that. Numbers that no lease has had must not use up the remaining tokens.
 */
public final class TokenFloor {
    private static final long PLAUSIBLE = 1L << 52;
    private static final long PLAUSIBLE_LEAD = TimeUnit.DAYS.toMicros(365);

    private final AtomicLong least = new AtomicLong();

    TokenFloor() {}

    /**
     * Returns whether a lease can have a token.
     *
     * @param own the token of a present lease, or the time in microseconds
     */
    public static boolean isPlausible(long seen, long own) {
        return seen < PLAUSIBLE || seen - own <= PLAUSIBLE_LEAD;
    }

    long least() {
        return least.get();
    }

    /** Raises the floor above a token that was seen, if that is plausible. Returns whether it is. */
    boolean learn(long seen, long own) {
        if (!isPlausible(seen, own)) {
            return false;
        }
        least.accumulateAndGet(Math.min(seen + 1, LeaseRequest.MAX_FENCING_TOKEN), Math::max);
        return true;
    }
}
