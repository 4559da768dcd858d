package io.botfsm.telegrambots;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses that double up to a limit. Each is randomly shortened by up to half, so that clients do not all retry at once.
 */
record Backoff(Duration first, Duration longest, RandomGenerator random) {
    /** @param times the number of failed attempts so far */
    Duration after(int times) {
        long most = longest.toNanos();
        int doublings = Math.min(times - 1, Long.numberOfLeadingZeros(first.toNanos()) - 2);
        long pause = Math.min(most, first.toNanos() << Math.max(doublings, 0));
        return Duration.ofNanos(pause - random.nextLong(pause / 2 + 1));
    }
}
