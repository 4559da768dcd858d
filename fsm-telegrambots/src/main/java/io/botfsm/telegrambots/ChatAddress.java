package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.StorageKey;
import java.util.Optional;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * Where a message is sent to: a chat, or a topic of it, by the bot itself or through a business connection. Immutable
 * and thread-safe.
 *
 * @param chatId the chat's id, or {@code @name}
 * @param topic the id of the topic, if it is sent to one
 * @param businessConnection the id of the business connection, if it is sent through one
 */
public record ChatAddress(String chatId, Optional<Integer> topic, Optional<String> businessConnection) {
    /** Checks that nothing is null. */
    public ChatAddress {
        requireNonNull(chatId, "chatId");
        requireNonNull(topic, "topic");
        requireNonNull(businessConnection, "businessConnection");
    }

    /**
     * Where an update is answered: where it comes from, or the private chat with its user; empty if it names neither.
     */
    public static Optional<ChatAddress> of(Update update) {
        return UpdateOrigin.of(requireNonNull(update, "update")).address();
    }

    /**
     * Where a conversation is written to when no update is answered. In a group with topics that is the general one,
     * unless conversations are kept by topic.
     */
    public static ChatAddress of(StorageKey key) {
        requireNonNull(key, "key");
        return new ChatAddress(key.chat(), key.thread().map(Integer::valueOf), key.business());
    }

    /** A message with this text, to which buttons and others may be added. */
    public SendMessage message(String text) {
        SendMessage message = new SendMessage(chatId, requireNonNull(text, "text"));
        topic.ifPresent(message::setMessageThreadId);
        businessConnection.ifPresent(message::setBusinessConnectionId);
        return message;
    }
}
