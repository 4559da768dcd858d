package io.botfsm.isolation;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The times of a conversation's lease, as those of an instance's lock: it can be relied on from the moment before it was asked
 * for, for the time to live less what the clocks of store and process may differ by in that time.
 */
record LeaseTimes(Duration ttl) {
    private static final Duration SHORTEST_TTL = Duration.ofMillis(100);
    private static final Duration LONGEST_TTL = Duration.ofDays(1);
    private static final Duration CLOCK_GRANULARITY = Duration.ofMillis(2);
    private static final Duration LONGEST_JITTER = Duration.ofMillis(50);
    /** The clocks are not read at the same moment, and one of them in milliseconds. */
    private static final Duration READING_ERROR = Duration.ofMillis(10);

    private static final Duration LONGEST_SUSPENSION = Duration.ofSeconds(1);
    private static final double RENEWAL_JITTER = 0.1;

    static LeaseTimes of(Duration ttl) {
        if (ttl.compareTo(SHORTEST_TTL) < 0 || ttl.compareTo(LONGEST_TTL) > 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "ttl must be %s to %s: %s", SHORTEST_TTL, LONGEST_TTL, ttl));
        }
        return new LeaseTimes(Duration.ofMillis(ttl.toMillis()));
    }

    private Duration drift() {
        return ttl.dividedBy(100).plus(CLOCK_GRANULARITY);
    }

    /** How long one request to the store may take. */
    Duration requestTimeout() {
        return ttl.dividedBy(6);
    }

    Duration retryPause() {
        return ttl.dividedBy(30);
    }

    /** How long handlers of one process may go on under a lease, one after another, while others may be waiting. */
    Duration longestTenure() {
        return ttl.dividedBy(3);
    }

    /** When a lease that was asked for, or renewed, at a time can no longer be relied on. */
    long deadline(long begun) {
        return begun + ttl.minus(drift()).toNanos();
    }

    long nextRenewal(long begun) {
        double jitter = 1 + RENEWAL_JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
        return begun + (long) (ttl.dividedBy(3).toNanos() * jitter);
    }

    /** How long to wait for a lease that another has, without a hint: a little longer than that lasts, if it is not long. */
    Duration pause(Optional<Duration> remaining) {
        Duration cap = ttl.dividedBy(3);
        Duration least = remaining.orElse(cap);
        return least.compareTo(cap) < 0 ? shorter(least.plus(jitter()), cap) : cap;
    }

    private Duration jitter() {
        Duration most = shorter(retryPause(), LONGEST_JITTER);
        return Duration.ofNanos(1_000_000 + ThreadLocalRandom.current().nextLong(most.toNanos()));
    }

    /**
     * Whether the machine seems to have been suspended between two readings of both clocks: the time of day ran ahead of the
     * monotonic one, which may stand still meanwhile.
     */
    boolean suspended(long nanos, long millis) {
        Duration tolerated = shorter(drift().dividedBy(2), LONGEST_SUSPENSION);
        long most = Math.max(tolerated.toMillis(), READING_ERROR.toMillis());
        return millis - TimeUnit.NANOSECONDS.toMillis(nanos) > most;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
