package io.botfsm.telegram.testing;

import java.time.Instant;
import java.util.OptionalInt;

/**
 * One attempt to deliver an update to the bot's webhook.
 *
 * @param updateId the update
 * @param attempt which one it was for this update, from 1
 * @param begunNanos when it was sent, by {@link System#nanoTime()} of this process
 * @param endedNanos when it was answered, or had failed
 * @param ended the same on the wall clock
 * @param status the HTTP status; empty if there was no answer
 */
public record WebhookDelivery(
        long updateId, int attempt, long begunNanos, long endedNanos, Instant ended, OptionalInt status) {
    /** Whether the update is confirmed by it. */
    public boolean isConfirmed() {
        return status.isPresent() && status.getAsInt() / 100 == 2;
    }
}
