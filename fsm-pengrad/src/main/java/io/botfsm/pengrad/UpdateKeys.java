package io.botfsm.pengrad;

import static java.util.Objects.requireNonNull;

import com.pengrad.telegrambot.model.Update;
import io.botfsm.storage.FsmStrategy;
import io.botfsm.storage.StorageKey;
import java.util.Optional;

/**
 * Whose conversation an update of one bot belongs to. What an update names (chat, user, topic, business connection) is
 * taken as aiogram takes it, and a {@link FsmStrategy} makes the key of it. The event's id is {@link Update#updateId}.
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
     * The keys of a bot.
     *
     * @param botId the bot's id, a whole number or a text
     * @throws IllegalArgumentException if the id is neither
     */
    public static UpdateKeys of(Object botId, FsmStrategy strategy) {
        var unused = StorageKey.bot(botId); // checked here, not with the first update
        return new UpdateKeys(botId, requireNonNull(strategy, "strategy"), true, false);
    }

    /**
     * The same keys without business connections, as an aiogram bot has them unless its key builder is made with
     * {@code with_business_connection_id=True}. A chat that is reached by several connections is one conversation then.
     */
    public UpdateKeys withoutBusinessConnections() {
        return new UpdateKeys(botId, strategy, false, bySenderChat);
    }

    /**
     * The same keys, where a message that is written on behalf of a chat belongs to that chat instead of the account
     * that Telegram names as its sender: each channel that writes in a group has a conversation of its own (otherwise
     * all share that of user 136817688), and so have the anonymous administrators of a group (otherwise user
     * 1087968824), apart by their custom titles where they have some. A button that such a person presses still belongs
     * to the person: Telegram names no chat there.
     */
    public UpdateKeys withSenderChats() {
        return new UpdateKeys(botId, strategy, byConnection, true);
    }

    /**
     * The conversation of an update; empty if it belongs to none, such as a channel's post where each user has a
     * conversation of their own, or a poll that has changed.
     */
    public Optional<StorageKey> key(Update update) {
        requireNonNull(update, "update");
        StorageKey.Builder origin = StorageKey.bot(botId);
        new UpdateOrigin(origin, byConnection, bySenderChat).of(update);
        return strategy.key(origin);
    }
}
