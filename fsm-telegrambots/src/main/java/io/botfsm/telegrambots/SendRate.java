package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Locale;

/**
 * How fast messages may be sent.
 *
 * @param most the maximum number of messages within any such period; the time of each is remembered
 */
record SendRate(int most, Duration period) {
    private static final int MOST = 10_000;
    private static final Duration LONGEST = Duration.ofDays(1);

    SendRate {
        requireNonNull(period, "period");
        if (most < 1 || most > MOST || period.isNegative() || period.isZero() || period.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a rate must be 1 to %d messages in a positive period of at most a day: %d in %s",
                    MOST,
                    most,
                    period));
        }
    }
}
