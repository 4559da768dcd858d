package io.botfsm.lock.store;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A clock that tests set: one that stands still, or another one ahead of itself. Thread-safe. */
public final class ManualClock implements LeaseClock {
    private final @Nullable LeaseClock ticking;
    private final AtomicLong nanos;
    private final AtomicLong wallMillis;

    /**
     * A clock that stands still.
     *
     * @param nanos what it begins with
     * @param wallMillis the time of day that it begins with
     */
    public ManualClock(long nanos, long wallMillis) {
        this.ticking = null;
        this.nanos = new AtomicLong(nanos);
        this.wallMillis = new AtomicLong(wallMillis);
    }

    /** A clock that shows what another one shows, until it is set. */
    public ManualClock(LeaseClock ticking) {
        requireNonNull(ticking, "ticking");
        this.ticking = ticking;
        this.nanos = new AtomicLong();
        this.wallMillis = new AtomicLong();
    }

    /** Lets time pass; the time of day is in whole milliseconds. */
    public void advance(Duration d) {
        requireNonNull(d, "d");
        nanos.addAndGet(d.toNanos());
        wallMillis.addAndGet(d.toMillis());
    }

    /**
     * Sets the time of day, while the other clock does not move, as it does not while a machine is suspended.
     *
     * @param d how far forward; back if it is negative
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
