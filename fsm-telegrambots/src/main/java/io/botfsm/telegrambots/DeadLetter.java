package io.botfsm.telegrambots;

import io.botfsm.storage.StorageKey;
import java.util.Optional;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * An update that is given up: handled in vain as often as it may be.
 *
 * @param updateId its id
 * @param update empty if TelegramBots cannot read it
 * @param key whose conversation it belongs to, if any's
 * @param json the update as it came: what the user wrote, so not for logs
 * @param failure what its handler threw at last
 */
public record DeadLetter(
        long updateId, Optional<Update> update, Optional<StorageKey> key, String json, Throwable failure) {
    /** Without the update. */
    @Override
    public String toString() {
        return "update " + updateId + key.map(of -> " (" + of + ")").orElse("");
    }
}
