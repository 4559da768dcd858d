package io.botfsm.lifecycle;

import java.time.Duration;
import java.util.Locale;

/** Checks time limits. */
final class Limit {
    private static final Duration LONGEST = Duration.ofDays(1);

    private Limit() {}

    static Duration checked(String what, Duration limit) {
        if (limit.isNegative() || limit.isZero() || limit.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s must be positive and at most a day: %s", what, limit));
        }
        return limit;
    }
}
