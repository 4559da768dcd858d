package io.botfsm;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/** The end of the time that one call may take, measured by a monotonic clock. */
record Deadline(LongSupplier nanoClock, long end) {
    private static final long FIRST_PAUSE = 200_000;
    private static final int MOST_DOUBLINGS = 7;

    static Deadline after(Duration wait, LongSupplier nanoClock) {
        return new Deadline(nanoClock, nanoClock.getAsLong() + wait.toNanos());
    }

    long remainingNanos() {
        return end - nanoClock.getAsLong();
    }

    /**
     * Returns how long to pause after the given number of failed attempts. The pause is random, so that competing
     * writers do not collide again, and at most 0.2 ms, doubled with each attempt up to 25.6 ms. Negative if there is
     * no time left for another attempt.
     */
    long pauseNanos(int attempts) {
        long longest = FIRST_PAUSE << Math.min(attempts - 1, MOST_DOUBLINGS);
        long pause = ThreadLocalRandom.current().nextLong(longest);
        return pause < remainingNanos() ? pause : -1;
    }
}
