package io.botfsm.telegrambots;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What became of a call of {@code getUpdates}. */
sealed interface Answer {
    /** Updates, maybe none; what was below the offset is confirmed. */
    record Updates(List<Received> updates) implements Answer {}

    /** Telegram has said no. */
    record Refused(int code, String description, Optional<Duration> retryAfter) implements Answer {}

    /** No answer, or none of Telegram's; {@code why} does not have the token. */
    record Broken(String why) implements Answer {}

    /** It was cancelled. */
    record Cancelled() implements Answer {}
}
