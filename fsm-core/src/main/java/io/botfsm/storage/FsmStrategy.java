package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Whose conversation an update belongs to. The five strategies and their rules for updates without a chat or a user are
 * aiogram's ({@code aiogram.fsm.strategy}), so that a bot taken over from there finds its conversations.
 *
 * <p>Immutable and thread-safe.
 */
public enum FsmStrategy {
    /** Each user has a conversation in each chat; topics share it. The usual choice. */
    USER_IN_CHAT {
        @Override
        StorageKey place(StorageKey.Builder origin, String chat, String user) {
            return origin.key(chat, user, Optional.empty());
        }
    },
    /** A chat is one conversation, no matter who speaks. */
    CHAT {
        @Override
        StorageKey place(StorageKey.Builder origin, String chat, String user) {
            return origin.key(chat, chat, Optional.empty());
        }
    },
    /** A user has one conversation, wherever they speak. */
    GLOBAL_USER {
        @Override
        StorageKey place(StorageKey.Builder origin, String chat, String user) {
            return origin.key(user, user, Optional.empty());
        }
    },
    /** Each user has a conversation in each topic of each chat. */
    USER_IN_TOPIC {
        @Override
        StorageKey place(StorageKey.Builder origin, String chat, String user) {
            return origin.key(chat, user, origin.thread());
        }
    },
    /** A topic is one conversation, no matter who speaks. */
    CHAT_TOPIC {
        @Override
        StorageKey place(StorageKey.Builder origin, String chat, String user) {
            return origin.key(chat, chat, origin.thread());
        }
    };

    /**
     * The conversation of an update that came from {@code origin}. A missing chat becomes the user. A missing user
     * becomes the chat where the user does not matter ({@link #CHAT}, {@link #CHAT_TOPIC}); otherwise the update
     * belongs to no conversation.
     *
     * @param origin what the update names: give a thread only for a message of a topic
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
