package io.botfsm.isolation;

import io.botfsm.lock.LockClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that tests set. */
final class HandClock implements LockClock {
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong wallNanos = new AtomicLong();

    void advance(Duration d) {
        nanos.addAndGet(d.toNanos());
        wallNanos.addAndGet(d.toNanos());
    }

    /** The time of day goes on, the other clock stands still. */
    void suspend(Duration d) {
        wallNanos.addAndGet(d.toNanos());
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public long wallMillis() {
        return wallNanos.get() / 1_000_000;
    }
}
