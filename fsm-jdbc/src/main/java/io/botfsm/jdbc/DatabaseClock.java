package io.botfsm.jdbc;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The database's clock: an expression for statements, and its current time, estimated from the last reading and this
 * machine's monotonic clock. Thread-safe.
 */
final class DatabaseClock {
    /** The maximum age of a reading for estimates, since the clocks may drift apart. */
    private static final long MAX_AGE_NANOS = Duration.ofMinutes(1).toNanos();

    private final String nowMicros;
    private final LongSupplier nanoTime;
    private final AtomicReference<@Nullable Reading> latest = new AtomicReference<>();

    private record Reading(long micros, long nanoTime) {}

    DatabaseClock(String nowMicros, LongSupplier nanoTime) {
        this.nowMicros = nowMicros;
        this.nanoTime = nanoTime;
    }

    /** The time of day in microseconds since 1970, as an expression. */
    String nowMicros() {
        return nowMicros;
    }

    /** Records the time that a statement has read. */
    void read(long micros) {
        latest.set(new Reading(micros, nanoTime.getAsLong()));
    }

    /** Returns the approximate time of day in microseconds since 1970; empty without a recent reading. */
    OptionalLong estimate() {
        Reading reading = latest.get();
        if (reading == null) {
            return OptionalLong.empty();
        }
        long age = nanoTime.getAsLong() - reading.nanoTime;
        return age < 0 || age > MAX_AGE_NANOS ? OptionalLong.empty() : OptionalLong.of(reading.micros + age / 1_000);
    }
}
