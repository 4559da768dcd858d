package io.botfsm.telegrambots;

import java.time.Duration;
import java.util.Optional;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;

/** Telegram's wish, by 429, that nothing is sent to a chat for a while. */
final class RetryAfter {
    /** No longer than this is waited at a time, whatever Telegram says. */
    static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final int TOO_MANY_REQUESTS = 429;

    private RetryAfter() {}

    /** How long to wait, between a second and {@link #LONGEST}; empty if the failure is no 429. */
    static Optional<Duration> of(Throwable failure) {
        return Causes.of(failure).stream()
                .filter(TelegramApiRequestException.class::isInstance)
                .map(TelegramApiRequestException.class::cast)
                .filter(answer -> Integer.valueOf(TOO_MANY_REQUESTS).equals(answer.getErrorCode()))
                .findFirst()
                .map(RetryAfter::within);
    }

    private static Duration within(TelegramApiRequestException answer) {
        Integer seconds =
                answer.getParameters() == null ? null : answer.getParameters().getRetryAfter();
        return bounded(Duration.ofSeconds(seconds == null ? 0 : seconds));
    }

    static Duration bounded(Duration wished) {
        Duration atLeast = wished.compareTo(SHORTEST) < 0 ? SHORTEST : wished;
        return atLeast.compareTo(LONGEST) > 0 ? LONGEST : atLeast;
    }
}
