package io.botfsm;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/** Until when one call may go on. Measured on a monotonic clock. */
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
     * How long to pause after the given number of lost attempts: random, so that rivals do not meet again, and at most
     * 0.2 ms doubled with each attempt up to 25.6 ms; negative if there is no time left to try again.
     */
    long pauseNanos(int attempts) {
        long longest = FIRST_PAUSE << Math.min(attempts - 1, MOST_DOUBLINGS);
        long pause = ThreadLocalRandom.current().nextLong(longest);
        return pause < remainingNanos() ? pause : -1;
    }
}
