package io.botfsm.telegrambots;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;

/** How long Telegram wants no calls, as stated by a 429. */
final class RetryAfter {
    /** The longest wait at a time, whatever Telegram states. */
    static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final int TOO_MANY_REQUESTS = 429;

    private RetryAfter() {}

    /** The wait for the seconds that Telegram has stated, 1 second to {@link #LONGEST}. */
    static Duration of(double seconds) {
        long stated = (long) Math.ceil(seconds); // out of range: the nearest long
        return bounded(Duration.ofSeconds(stated));
    }

    /** Rounds up to whole seconds, 1 second to {@link #LONGEST}. */
    static Duration bounded(Duration wait) {
        if (wait.compareTo(LONGEST) >= 0) {
            return LONGEST;
        }
        long rounded = wait.plusNanos(TimeUnit.SECONDS.toNanos(1) - 1).toSeconds();
        return Duration.ofSeconds(Math.max(SHORTEST.toSeconds(), rounded));
    }

    /** The wait that a 429 states, however long, but at least 1 second; empty for any other response. */
    static Optional<Duration> of(TelegramApiRequestException answer) {
        if (!Integer.valueOf(TOO_MANY_REQUESTS).equals(answer.getErrorCode())) {
            return Optional.empty();
        }
        Integer seconds =
                answer.getParameters() == null ? null : answer.getParameters().getRetryAfter();
        return Optional.of(Duration.ofSeconds(Math.max(SHORTEST.toSeconds(), seconds == null ? 0 : seconds)));
    }
}
