package io.botfsm.telegrambots;

import java.time.Duration;
import java.util.Locale;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;

/**
 * Thrown when a message was not sent because it would have to wait longer than a {@link TelegramSender} waits. If a
 * handler throws it, a {@link PollingSession} continues with the chat after that time.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class SendDelayedException extends TelegramApiException {
    private final Duration retryAfter;
    private final boolean isByTelegram;
    private final boolean isBeforeTurn;

    SendDelayedException(String chatId, Duration retryAfter, boolean isByTelegram, boolean isBeforeTurn) {
        super(String.format(
                Locale.ROOT,
                "no message can be sent to chat %s for %d ms, %s",
                chatId,
                retryAfter.toMillis(),
                isByTelegram ? "because Telegram has responded with 429" : "because of the rate limits of the sender"));
        this.retryAfter = retryAfter;
        this.isByTelegram = isByTelegram;
        this.isBeforeTurn = isBeforeTurn;
    }

    /** Returns the time until a message may be sent. */
    public Duration retryAfter() {
        return retryAfter;
    }

    /**
     * Returns whether Telegram has refused messages for that time; otherwise, the bot's own rate limit is the reason.
     */
    public boolean isByTelegram() {
        return isByTelegram;
    }

    /** Returns whether {@link TelegramSender#awaitReady} has thrown it, so that nothing was sent or stored. */
    boolean isBeforeTurn() {
        return isBeforeTurn;
    }
}
