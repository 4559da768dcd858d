package io.botfsm.lock;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Both clocks at one moment.
 *
 * @param nanos the one that only goes forward
 * @param wallMillis the time of day
 */
record Reading(long nanos, long wallMillis) {
    static Reading of(LockClock clock) {
        return new Reading(clock.nanoTime(), clock.wallMillis());
    }

    /** Whether the time of day has run ahead of the other clock since, by more than is tolerated. */
    boolean ranAheadUntil(Reading later, Duration tolerated) {
        return aheadUntil(later).compareTo(tolerated) > 0;
    }

    /** How far the time of day has run ahead of the other clock since; negative if it was set back. */
    Duration aheadUntil(Reading later) {
        long passed = TimeUnit.NANOSECONDS.toMillis(later.nanos - nanos);
        return Duration.ofMillis(later.wallMillis - wallMillis - passed);
    }
}
