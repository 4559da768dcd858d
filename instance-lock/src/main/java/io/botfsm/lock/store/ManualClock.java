package io.botfsm.lock.store;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A clock that tests control: it either stands still or follows another clock, and can be moved in both cases.
 * Thread-safe.
 */
public final class ManualClock implements LeaseClock {
    private final @Nullable LeaseClock ticking;
    private final AtomicLong nanos;
    private final AtomicLong wallMillis;

    /**
     * Creates a clock that stands still.
     *
     * @param nanos the initial nanoseconds
     * @param wallMillis the initial time of day, in milliseconds since the epoch
     */
    public ManualClock(long nanos, long wallMillis) {
        this.ticking = null;
        this.nanos = new AtomicLong(nanos);
        this.wallMillis = new AtomicLong(wallMillis);
    }

    /** Creates a clock that follows another one, and can be set ahead of it. */
    public ManualClock(LeaseClock ticking) {
        requireNonNull(ticking, "ticking");
        this.ticking = ticking;
        this.nanos = new AtomicLong();
        this.wallMillis = new AtomicLong();
    }

    /** Advances the nanosecond time and the time of day, which is in whole milliseconds. */
    public void advance(Duration d) {
        requireNonNull(d, "d");
        nanos.addAndGet(d.toNanos());
        wallMillis.addAndGet(d.toMillis());
    }

    /**
     * Moves the time of day but not the nanosecond time, as when a machine is suspended.
     *
     * @param d how far to move it forward; backward if negative
     */
    public void setForward(Duration d) {
        requireNonNull(d, "d");
        wallMillis.addAndGet(d.toMillis());
    }

    @Override
    public long nanoTime() {
        return nanos.get() + (ticking == null ? 0 : ticking.nanoTime());
    }

    @Override
    public long wallMillis() {
        return wallMillis.get() + (ticking == null ? 0 : ticking.wallMillis());
    }
}
