package io.botfsm.telegrambots;

import java.time.Duration;

/** How long Telegram, by 429, wants to be left alone. */
final class RetryAfter {
    /** No longer than this is waited at a time, whatever Telegram says. */
    static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private RetryAfter() {}

    /** The wait for the seconds that Telegram has stated, 1 second to {@link #LONGEST}. */
    static Duration of(double seconds) {
        long stated = (long) Math.ceil(seconds); // or the nearest there is
        return Duration.ofSeconds(Math.max(SHORTEST.toSeconds(), Math.min(LONGEST.toSeconds(), stated)));
    }
}
