package io.botfsm.telegrambots;

import java.time.Duration;
import java.util.Locale;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;

/**
 * A message would have to wait for longer than a {@link TelegramSender} waits, so it was not sent. Thrown by a handler,
 * it lets a {@link PollingSession} go on with the chat after that time.
 */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class SendDelayedException extends TelegramApiException {
    private final Duration retryAfter;
    private final boolean isByTelegram;
    private final boolean isBeforeTurn;

    SendDelayedException(String chatId, Duration retryAfter, boolean isByTelegram, boolean isBeforeTurn) {
        super(String.format(
                Locale.ROOT,
                "chat %s takes no message for %d ms, %s",
                chatId,
                retryAfter.toMillis(),
                isByTelegram ? "as Telegram has answered by 429" : "at the pace that is set"));
        this.retryAfter = retryAfter;
        this.isByTelegram = isByTelegram;
        this.isBeforeTurn = isBeforeTurn;
    }

    /** How long until a message may leave. */
    public Duration retryAfter() {
        return retryAfter;
    }

    /** Whether Telegram has refused messages for that time; if not, the bot's own pace is the reason. */
    public boolean isByTelegram() {
        return isByTelegram;
    }

    /** Whether {@link TelegramSender#awaitReady} has thrown it: nothing was sent or stored. */
    boolean isBeforeTurn() {
        return isBeforeTurn;
    }
}
