package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Determines which conversation an update belongs to. The five strategies, and their rules for updates without a chat
 * or a user, are those of aiogram ({@code aiogram.fsm.strategy}), so that a bot migrated from aiogram finds its
 * conversations.
 *
 * <p>Immutable and thread-safe.
 */
public enum FsmStrategy {
    /** Each user has one conversation in each chat, shared by all its topics. The usual choice. */
    USER_IN_CHAT {
        @Override
        StorageKey place(StorageKey.Builder origin, String chat, String user) {
            return origin.key(chat, user, Optional.empty());
        }
    },
    /** Each chat has one conversation, shared by all its users. */
    CHAT {
        @Override
        StorageKey place(StorageKey.Builder origin, String chat, String user) {
            return origin.key(chat, chat, Optional.empty());
        }
    },
    /** Each user has one conversation, shared by all chats. */
    GLOBAL_USER {
        @Override
        StorageKey place(StorageKey.Builder origin, String chat, String user) {
            return origin.key(user, user, Optional.empty());
        }
    },
    /** Each user has one conversation in each topic of each chat. */
    USER_IN_TOPIC {
        @Override
        StorageKey place(StorageKey.Builder origin, String chat, String user) {
            return origin.key(chat, user, origin.thread());
        }
    },
    /** Each topic has one conversation, shared by all its users. */
    CHAT_TOPIC {
        @Override
        StorageKey place(StorageKey.Builder origin, String chat, String user) {
            return origin.key(chat, chat, origin.thread());
        }
    };

    /**
     * Returns the key of the conversation that an update from {@code origin} belongs to. A missing chat is replaced by
     * the user. A missing user is replaced by the chat if the strategy does not depend on the user ({@link #CHAT},
     * {@link #CHAT_TOPIC}); otherwise the update belongs to no conversation.
     *
     * @param origin the ids that the update contains; set the thread only for a message in a topic
     * @return the key, or empty if the update belongs to no conversation
     */
    public Optional<StorageKey> key(StorageKey.Builder origin) {
        Optional<String> chat = requireNonNull(origin, "origin").chat().or(origin::user);
        Optional<String> user =
                this == CHAT || this == CHAT_TOPIC ? origin.user().or(origin::chat) : origin.user();
        return chat.flatMap(c -> user.map(u -> place(origin, c, u)));
    }

    abstract StorageKey place(StorageKey.Builder origin, String chat, String user);
}
