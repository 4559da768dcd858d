package io.botfsm.lock.internal;

import java.time.Duration;

/** Schedules the attempts to renew a lease, one at a time, and keeps track of their results. Not thread-safe. */
final class RenewalSchedule {
    private final LeaseEngine engine;
    private long next;
    private int attempts;
    private boolean pending;
    private int failures;

    RenewalSchedule(LeaseEngine engine, ClockReading start) {
        this.engine = engine;
        succeeded(0, start);
    }

    /** Returns when the next attempt is due, in the clock's nanoseconds. */
    long next() {
        return next;
    }

    boolean isPending() {
        return pending;
    }

    boolean isDue(long now) {
        return next - now <= 0;
    }

    /** Returns how many attempts have failed since one succeeded. */
    int failures() {
        return failures;
    }

    /** Starts an attempt. Returns its number. */
    int begin() {
        pending = true;
        return ++attempts;
    }

    /** Records a success. An attempt may succeed after it has timed out and another one has started. */
    void succeeded(int attempt, ClockReading start) {
        failures = 0;
        if (attempt == attempts) {
            pending = false;
            next = engine.timings().nextRenewal(start.nanos(), engine.random());
        }
    }

    /** Records a failure. Returns whether the attempt was still in progress, since it may have timed out before. */
    boolean failed(int attempt, long now) {
        if (attempt != attempts || !pending) {
            return false;
        }
        pending = false;
        failures++;
        next = now + engine.timings().retryPause().toNanos();
        return true;
    }

    void nextAtOnce(long now) {
        next = now;
    }

    /**
     * Returns how long an attempt may take: it must leave time for other attempts, and must not exceed the next
     * deadline.
     */
    Duration timeout(Confirmation confirmed, long now) {
        long left = Math.max(0, confirmed.next(now) - now);
        return Duration.ofNanos(Math.min(left, engine.timings().requestTimeout().toNanos()));
    }
}
