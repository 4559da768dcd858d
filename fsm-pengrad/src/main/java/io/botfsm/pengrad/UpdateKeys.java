package io.botfsm.pengrad;

import static java.util.Objects.requireNonNull;

import com.pengrad.telegrambot.model.Update;
import io.botfsm.storage.FsmStrategy;
import io.botfsm.storage.StorageKey;
import java.util.Optional;

/**
 * Determines which conversation an update of one bot belongs to. Chat, user, topic and business connection are read
 * from the update as in aiogram, and an {@link FsmStrategy} creates the key from them. The id of the event is
 * {@link Update#updateId}.
 *
 * <p>Immutable and thread-safe.
 */
public final class UpdateKeys {
    private final Object botId;
    private final FsmStrategy strategy;
    private final boolean byConnection;
    private final boolean bySenderChat;

    private UpdateKeys(Object botId, FsmStrategy strategy, boolean byConnection, boolean bySenderChat) {
        this.botId = botId;
        this.strategy = strategy;
        this.byConnection = byConnection;
        this.bySenderChat = bySenderChat;
    }

    /**
     * Creates keys for a bot.
     *
     * @param botId the bot's id, a whole number or a text
     * @throws IllegalArgumentException if the id is neither, or is an empty text
     */
    public static UpdateKeys of(Object botId, FsmStrategy strategy) {
        var unused = StorageKey.bot(botId); // checked here, not with the first update
        return new UpdateKeys(botId, requireNonNull(strategy, "strategy"), true, false);
    }

    /**
     * Returns the same keys without business connections, as in an aiogram bot unless its key builder was created with
     * {@code with_business_connection_id=True}. A chat that is reached through several connections then has one
     * conversation.
     */
    public UpdateKeys withoutBusinessConnections() {
        return new UpdateKeys(botId, strategy, false, bySenderChat);
    }

    /**
     * Returns the same keys, except that a message written on behalf of a chat belongs to that chat instead of the
     * account that Telegram names as its sender. Each channel that writes in a group then has its own conversation
     * (otherwise all share that of user 136817688), and so do the anonymous administrators of a group (otherwise user
     * 1087968824), separated by custom title, if any. If such a person presses a button, the press still belongs to the
     * person, because Telegram names no chat there.
     */
    public UpdateKeys withSenderChats() {
        return new UpdateKeys(botId, strategy, byConnection, true);
    }

    /**
     * Returns the key of the conversation that an update belongs to; empty if it belongs to none, such as a channel
     * post with a strategy of one conversation per user, or a changed poll.
     */
    public Optional<StorageKey> key(Update update) {
        requireNonNull(update, "update");
        StorageKey.Builder origin = StorageKey.bot(botId);
        new UpdateOrigin(origin, byConnection, bySenderChat).of(update);
        return strategy.key(origin);
    }
}
