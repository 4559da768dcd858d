package io.botfsm.telegrambots;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses that double up to a limit, each by chance up to a half shorter, so that many do not come back at once. */
record Backoff(Duration first, Duration longest, RandomGenerator random) {
    /** @param times how often it was in vain, from 1 */
    Duration after(int times) {
        long most = longest.toNanos();
        int doublings = Math.min(times - 1, Long.numberOfLeadingZeros(first.toNanos()) - 2);
        long pause = Math.min(most, first.toNanos() << Math.max(doublings, 0));
        return Duration.ofNanos(pause - random.nextLong(pause / 2 + 1));
    }
}
