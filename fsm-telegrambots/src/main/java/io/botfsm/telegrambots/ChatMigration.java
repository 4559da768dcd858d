package io.botfsm.telegrambots;

import io.botfsm.catalog.ChatMove;
import io.botfsm.storage.StorageKey;
import java.util.Optional;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.api.objects.message.Message;

/** A group has become a supergroup, which has another id. Telegram reports it twice, once in each of the two chats. */
record ChatMigration(long from, long to) {
    static Optional<ChatMigration> of(Update update) {
        Message message = update.getMessage();
        if (message == null) {
            return Optional.empty();
        }
        if (message.getMigrateToChatId() != null) {
            return Optional.of(new ChatMigration(message.getChatId(), message.getMigrateToChatId()));
        }
        if (message.getMigrateFromChatId() != null) {
            return Optional.of(new ChatMigration(message.getMigrateFromChatId(), message.getChatId()));
        }
        return Optional.empty();
    }

    /** Returns the key that a conversation has after the migration. */
    StorageKey follow(StorageKey key) {
        return key.chat().equals(Long.toString(from)) ? ChatMove.keyIn(key, to) : key;
    }
}
