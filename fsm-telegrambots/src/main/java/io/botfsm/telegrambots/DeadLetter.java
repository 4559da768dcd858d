package io.botfsm.telegrambots;

import io.botfsm.storage.StorageKey;
import java.util.Optional;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * An update that is given up because its handler has failed too often, or because it cannot be read.
 *
 * @param updateId the id of the update
 * @param update the update; empty if TelegramBots cannot read it
 * @param key the conversation key, if any
 * @param json the update as it was received; it contains what the user wrote, so do not log it
 * @param failure the last failure
 */
public record DeadLetter(
        long updateId, Optional<Update> update, Optional<StorageKey> key, String json, Throwable failure) {
    /** Returns the id and the conversation key, without the update. */
    @Override
    public String toString() {
        return "update " + updateId + key.map(of -> " (" + of + ")").orElse("");
    }
}
