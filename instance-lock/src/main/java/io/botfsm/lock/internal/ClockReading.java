package io.botfsm.lock.internal;

import io.botfsm.lock.store.LeaseClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A reading of both clocks at one moment.
 *
 * @param nanos the time of the monotonic clock
 * @param wallMillis the time of day
 */
record ClockReading(long nanos, long wallMillis) {
    static ClockReading of(LeaseClock clock) {
        return new ClockReading(clock.nanoTime(), clock.wallMillis());
    }

    /** Returns whether the time of day has run ahead of the monotonic clock since, by more than is tolerated. */
    boolean ranAheadUntil(ClockReading later, Duration tolerated) {
        return aheadUntil(later).compareTo(tolerated) > 0;
    }

    /** Returns how far the time of day has run ahead of the monotonic clock since; negative if it was set back. */
    Duration aheadUntil(ClockReading later) {
        long passed = TimeUnit.NANOSECONDS.toMillis(later.nanos - nanos);
        return Duration.ofMillis(later.wallMillis - wallMillis - passed);
    }
}
