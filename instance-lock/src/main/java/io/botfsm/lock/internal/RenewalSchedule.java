package io.botfsm.lock.internal;

import java.time.Duration;

/** When the store is asked to renew a lease, one attempt at a time, and how that went so far. Not thread-safe. */
final class RenewalSchedule {
    private final LeaseEngine engine;
    private long next;
    private int attempts;
    private boolean pending;
    private int failures;

    RenewalSchedule(LeaseEngine engine, ClockReading begun) {
        this.engine = engine;
        succeeded(0, begun);
    }

    /** When the next attempt is due, by the clock's nanoseconds. */
    long next() {
        return next;
    }

    boolean isPending() {
        return pending;
    }

    boolean isDue(long now) {
        return next - now <= 0;
    }

    /** How many attempts have failed since one succeeded. */
    int failures() {
        return failures;
    }

    /** Begins an attempt; returns its number. */
    int begin() {
        pending = true;
        return ++attempts;
    }

    /** An attempt may succeed after it has timed out and another has begun. */
    void succeeded(int attempt, ClockReading begun) {
        failures = 0;
        if (attempt == attempts) {
            pending = false;
            next = engine.timings().nextRenewal(begun.nanos(), engine.random());
        }
    }

    /** Returns whether it was under way: it may have timed out before. */
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

    /** How long an attempt may take: it must leave time for others, and not go beyond the next deadline. */
    Duration timeout(Confirmation confirmed, long now) {
        long left = Math.max(0, confirmed.next(now) - now);
        return Duration.ofNanos(Math.min(left, engine.timings().requestTimeout().toNanos()));
    }
}
