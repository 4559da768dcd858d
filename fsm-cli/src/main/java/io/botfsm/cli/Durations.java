package io.botfsm.cli;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as operators write them: {@code 90s}, {@code 15m}, {@code 48h}, {@code 30d}. */
final class Durations {
    private static final Pattern TEXT = Pattern.compile("([1-9]\\d{0,8})([smhd])");
    private static final Map<String, ChronoUnit> UNITS =
            Map.of("s", ChronoUnit.SECONDS, "m", ChronoUnit.MINUTES, "h", ChronoUnit.HOURS, "d", ChronoUnit.DAYS);

    private Durations() {}

    /** @throws IllegalArgumentException if the text is not a duration; the message contains name and text */
    static Duration parse(String name, String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    name + " must be a number of seconds, minutes, hours or days, such as 90s, 15m, 48h or 30d: \""
                            + text + "\"");
        }
        return Duration.of(Long.parseLong(parts.group(1)), UNITS.get(parts.group(2)));
    }
}
