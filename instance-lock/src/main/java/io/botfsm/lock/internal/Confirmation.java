package io.botfsm.lock.internal;

import java.time.Duration;

/**
 * How long a lease can be relied on since the store confirmed it, computed from the moment before the request was sent.
 *
 * @param start the reading of both clocks at that moment
 * @param hard when the lease is lost, whatever the store answers later
 * @param soft when its user has to stop
 * @param toleratedJump how far the time of day may run ahead before another confirmation is needed
 */
record Confirmation(ClockReading start, long hard, long soft, Duration toleratedJump) {
    static Confirmation of(ClockReading start, LeaseTimings timings) {
        long hard = timings.hardDeadline(start.nanos());
        return new Confirmation(start, hard, timings.softDeadline(hard), timings.toleratedSuspension());
    }

    /** Returns the later of the two. */
    Confirmation or(Confirmation other) {
        return other.hard - hard >= 0 ? other : this; // the other if equal: the monotonic clock may have stood still
    }

    boolean isOver(long now) {
        return now - hard >= 0;
    }

    boolean isExpiring(long now) {
        return now - soft >= 0;
    }

    /** Returns the next deadline. */
    long next(long now) {
        return isExpiring(now) ? hard : soft;
    }

    Duration left(long now) {
        return Duration.ofNanos(Math.max(0, hard - now));
    }

    /** Returns whether the machine seems to have been suspended since. */
    boolean isDoubtful(ClockReading now) {
        return start.ranAheadUntil(now, toleratedJump);
    }
}
