package io.botfsm.lock.internal;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The timings of a lease. A holder may rely on a lease from the moment before it was requested, for the time to live,
 * minus the amount by which the clocks of store and instance may drift apart in that time, and minus the longest
 * suspension that is too short to be detected. Immutable and thread-safe.
 */
public final class LeaseTimings {
    private static final Duration SHORTEST_TTL = Duration.ofMillis(100);
    private static final Duration LONGEST_TTL = Duration.ofDays(1);
    private static final Duration CLOCK_GRANULARITY = Duration.ofMillis(2);
    private static final Duration LONGEST_JITTER = Duration.ofMillis(50);
    /** The clocks are not read at the same moment, and one of them in milliseconds. */
    private static final Duration READING_ERROR = Duration.ofMillis(10);

    private static final Duration LONGEST_SUSPENSION = Duration.ofSeconds(1);
    private static final double RENEWAL_JITTER = 0.1;

    private final Duration ttl;
    private final Duration renewEvery;
    private final Duration requestTimeout;
    private final Duration stopMargin;
    private final Duration drift;
    private final Duration toleratedSuspension;
    private final Duration retryPause;
    private final long reliableNanos;

    /**
     * Computes in advance what every lease needs, since dividing durations is a noticeable part of the cost of a short
     * lease.
     */
    private LeaseTimings(Duration ttl, Duration renewEvery, Duration requestTimeout, Duration stopMargin) {
        this.ttl = ttl;
        this.renewEvery = renewEvery;
        this.requestTimeout = requestTimeout;
        this.stopMargin = stopMargin;
        this.drift = ttl.dividedBy(100).plus(CLOCK_GRANULARITY);
        this.toleratedSuspension = toleratedSuspension(drift);
        this.retryPause = ttl.dividedBy(30);
        this.reliableNanos = ttl.minus(drift).minus(toleratedSuspension).toNanos();
    }

    private static Duration toleratedSuspension(Duration drift) {
        Duration half = drift.dividedBy(2);
        Duration most = half.compareTo(LONGEST_SUSPENSION) < 0 ? half : LONGEST_SUSPENSION;
        return most.compareTo(READING_ERROR) < 0 ? READING_ERROR : most;
    }

    /** Returns the timings for a time to live, with the other values derived from it. */
    public static LeaseTimings of(Duration ttl) {
        return of(ttl, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public static LeaseTimings of(
            Duration ttl,
            Optional<Duration> renewEvery,
            Optional<Duration> requestTimeout,
            Optional<Duration> stopMargin) {
        if (ttl.compareTo(SHORTEST_TTL) < 0 || ttl.compareTo(LONGEST_TTL) > 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "ttl must be %s to %s: %s", SHORTEST_TTL, LONGEST_TTL, ttl));
        }
        LeaseTimings timings = new LeaseTimings(
                Duration.ofMillis(ttl.toMillis()),
                positive("renewEvery", renewEvery.orElse(ttl.dividedBy(3))),
                positive("requestTimeout", requestTimeout.orElse(ttl.dividedBy(6))),
                positive("stopMargin", stopMargin.orElse(ttl.dividedBy(10))));
        timings.requireRoomForAFailure();
        return timings;
    }

    private static Duration positive(String name, Duration d) {
        if (d.isNegative() || d.isZero()) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, "%s must be positive: %s", name, d));
        }
        return d;
    }

    private void requireRoomForAFailure() {
        Duration latest = renewEvery
                .plus(renewEvery.dividedBy(10))
                .plus(requestTimeout)
                .plus(retryPause)
                .plus(requestTimeout);
        Duration room = Duration.ofNanos(reliableNanos).minus(stopMargin);
        if (latest.compareTo(room) > 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a single failed renewal would lose the lease: renewEvery %s plus a tenth, a request of %s, a pause"
                            + " of %s and another request take %s, but a ttl of %s with a stopMargin of %s leaves only %s",
                    renewEvery,
                    requestTimeout,
                    retryPause,
                    latest,
                    ttl,
                    stopMargin,
                    room));
        }
    }

    /** Returns how long the store keeps the lease after each renewal. */
    public Duration ttl() {
        return ttl;
    }

    /** Returns how long one request to the store may take. */
    public Duration requestTimeout() {
        return requestTimeout;
    }

    /** Returns by how much the clocks of store and instance may differ over a time to live. */
    public Duration drift() {
        return drift;
    }

    /**
     * Returns how far the time of day may run ahead of the monotonic clock before the machine is considered to have
     * been suspended. A lease is given up earlier by that time, so that an undetected short suspension does no harm.
     */
    Duration toleratedSuspension() {
        return toleratedSuspension;
    }

    public Duration retryPause() {
        return retryPause;
    }

    /** Returns the longest interval at which a standby asks the store, whatever remaining time it was given. */
    Duration pollAtLeastEvery() {
        return ttl.dividedBy(3);
    }

    /** Returns when a lease that was requested at a time can no longer be relied on. */
    long hardDeadline(long start) {
        return start + reliableNanos;
    }

    /** Returns when a bot should stop if it can rely on its lease until the hard deadline. */
    long softDeadline(long hard) {
        return hard - stopMargin.toNanos();
    }

    /** Returns when a lease that was renewed at a time has to be renewed again. */
    long nextRenewal(long start, double random) {
        double jitter = 1 + RENEWAL_JITTER * (2 * random - 1);
        return start + (long) (renewEvery.toNanos() * jitter);
    }

    /**
     * Returns how long a standby waits for a lease with this remaining time: a little longer, by a random amount so
     * that not all of them ask at once.
     */
    Duration standbyPause(Duration remaining, double random) {
        Duration cap = pollAtLeastEvery();
        if (remaining.compareTo(cap) >= 0) {
            return cap;
        }
        Duration mostJitter = retryPause.compareTo(LONGEST_JITTER) < 0 ? retryPause : LONGEST_JITTER;
        Duration pause = remaining.plusNanos((long) (mostJitter.toNanos() * random) + 1_000_000);
        return pause.compareTo(cap) < 0 ? pause : cap;
    }
}
