package io.botfsm.lock.store;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.internal.text.UnicodeText;
import java.time.Duration;
import java.util.Locale;

/**
 * A request to acquire or renew a lease.
 *
 * @param name the name of the lease; any text that is not empty and contains no unpaired surrogate
 * @param claim the requesting claim
 * @param ttl how long the lease lasts without a renewal; whole milliseconds, at least one, at most {@link #MAX_TTL}
 * @param floor the minimum for a new fencing token, or for the fence of a renewed lease; 0 to 2^53 − 1
 * @param fences how long the fence of the name is kept
 */
public record LeaseRequest(String name, Claim claim, Duration ttl, long floor, LeaseStore.Fences fences) {
    /** The highest fencing token, 2^53 − 1, which a double, and so a script, can represent exactly. */
    public static final long MAX_FENCING_TOKEN = (1L << 53) - 1;

    /** The longest time to live. */
    public static final Duration MAX_TTL = Duration.ofDays(36_500);

    /** @throws IllegalArgumentException if a value is out of range; the message names it */
    public LeaseRequest {
        requireNonNull(name, "name");
        requireNonNull(claim, "claim");
        requireNonNull(ttl, "ttl");
        requireNonNull(fences, "fences");
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name of a lease must not be empty");
        }
        UnicodeText.require("name of a lease", name);
        if (ttl.compareTo(Duration.ofMillis(1)) < 0 || ttl.compareTo(MAX_TTL) > 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "ttl must be a millisecond to %s: %s", MAX_TTL, ttl));
        }
        if (ttl.toNanosPart() % 1_000_000 != 0) {
            throw new IllegalArgumentException("ttl must be whole milliseconds: " + ttl);
        }
        if (floor < 0 || floor > MAX_FENCING_TOKEN) {
            throw new IllegalArgumentException("floor must be 0 to 2^53 - 1: " + floor);
        }
    }

    /** Returns this request with another floor. */
    public LeaseRequest withFloor(long least) {
        return new LeaseRequest(name, claim, ttl, least, fences);
    }
}
