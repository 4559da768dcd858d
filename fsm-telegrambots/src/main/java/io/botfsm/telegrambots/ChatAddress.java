package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.StorageKey;
import java.util.Optional;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * The address of a message: a chat or one of its topics, reached by the bot itself or through a business connection.
 * Immutable and thread-safe.
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
     * Returns the address for the reply to an update: the place it comes from, or the private chat with its user; empty
     * if it names neither.
     */
    public static Optional<ChatAddress> of(Update update) {
        return UpdateOrigin.of(requireNonNull(update, "update")).address();
    }

    /**
     * Returns the address for a message to a conversation that is not a reply to an update. In a group with topics,
     * this is the general topic, unless conversations are kept per topic.
     */
    public static ChatAddress of(StorageKey key) {
        requireNonNull(key, "key");
        return new ChatAddress(key.chat(), key.thread().map(Integer::valueOf), key.business());
    }

    /** Returns a message with this text, to which buttons and other parts may be added. */
    public SendMessage message(String text) {
        SendMessage message = new SendMessage(chatId, requireNonNull(text, "text"));
        topic.ifPresent(message::setMessageThreadId);
        businessConnection.ifPresent(message::setBusinessConnectionId);
        return message;
    }
}
