package io.botfsm.telegrambots;

import java.time.Duration;

/**
 * A response 409 of Telegram: the updates of this bot go elsewhere.
 *
 * @param kind what receives them
 * @param times how many such responses there were in a row
 * @param since how long ago the first of them was received
 * @param description the text of Telegram's response
 */
public record PollingConflict(Kind kind, int times, Duration since, String description) {
    /** What receives the updates. */
    public enum Kind {
        /** A call of the previous instance, which Telegram may keep open for a while after that instance has died. */
        FORMER_INSTANCE,
        /** A program that polls with the same token, without this lock. */
        OTHER_POLLER,
        /** A webhook: Telegram returns no updates to pollers until {@code deleteWebhook} is called. */
        WEBHOOK
    }
}
