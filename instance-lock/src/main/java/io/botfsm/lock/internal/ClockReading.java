package io.botfsm.lock.internal;

import io.botfsm.lock.store.LeaseClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Both clocks at one moment.
 *
 * @param nanos the one that only goes forward
 * @param wallMillis the time of day
 */
record ClockReading(long nanos, long wallMillis) {
    static ClockReading of(LeaseClock clock) {
        return new ClockReading(clock.nanoTime(), clock.wallMillis());
    }

    /** Whether the time of day has run ahead of the other clock since, by more than is tolerated. */
    boolean ranAheadUntil(ClockReading later, Duration tolerated) {
        return aheadUntil(later).compareTo(tolerated) > 0;
    }

    /** How far the time of day has run ahead of the other clock since; negative if it was set back. */
    Duration aheadUntil(ClockReading later) {
        long passed = TimeUnit.NANOSECONDS.toMillis(later.nanos - nanos);
        return Duration.ofMillis(later.wallMillis - wallMillis - passed);
    }
}
