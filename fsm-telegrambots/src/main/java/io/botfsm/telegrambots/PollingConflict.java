package io.botfsm.telegrambots;

import java.time.Duration;

/**
 * Telegram's 409: somebody else gets this bot's updates.
 *
 * @param kind who
 * @param times how often in a row it was told
 * @param since how long ago it was told first
 * @param description Telegram's words
 */
public record PollingConflict(Kind kind, int times, Duration since, String description) {
    /** Who gets the updates. */
    public enum Kind {
        /** The last instance's call, which Telegram may still hold open for a while after that instance has died. */
        FORMER_INSTANCE,
        /** A program that polls with the same token, and not under this lock. */
        OTHER_POLLER,
        /** A webhook: Telegram gives no updates to pollers until {@code deleteWebhook} is called. */
        WEBHOOK
    }
}
