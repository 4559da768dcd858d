package io.botfsm.telegrambots;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;

/** How long Telegram, by 429, wants to be left alone. */
final class RetryAfter {
    /** No longer than this is waited at a time, whatever Telegram says. */
    static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final int TOO_MANY_REQUESTS = 429;

    private RetryAfter() {}

    /** The wait for the seconds that Telegram has stated, 1 second to {@link #LONGEST}. */
    static Duration of(double seconds) {
        long stated = (long) Math.ceil(seconds); // or the nearest there is
        return bounded(Duration.ofSeconds(stated));
    }

    /** Whole seconds, 1 second to {@link #LONGEST}. */
    static Duration bounded(Duration wait) {
        if (wait.compareTo(LONGEST) >= 0) {
            return LONGEST;
        }
        long rounded = wait.plusNanos(TimeUnit.SECONDS.toNanos(1) - 1).toSeconds();
        return Duration.ofSeconds(Math.max(SHORTEST.toSeconds(), rounded));
    }

    /** The wait that Telegram has stated, however long, if that is what it has answered; 1 second at least. */
    static Optional<Duration> of(TelegramApiRequestException answer) {
        if (!Integer.valueOf(TOO_MANY_REQUESTS).equals(answer.getErrorCode())) {
            return Optional.empty();
        }
        Integer seconds =
                answer.getParameters() == null ? null : answer.getParameters().getRetryAfter();
        return Optional.of(Duration.ofSeconds(Math.max(SHORTEST.toSeconds(), seconds == null ? 0 : seconds)));
    }
}
