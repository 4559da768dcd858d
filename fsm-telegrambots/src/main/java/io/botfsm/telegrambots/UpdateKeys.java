package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import io.botfsm.FsmStrategy;
import io.botfsm.StorageKey;
import java.util.Optional;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * Whose conversation an update of one bot belongs to. What an update names (chat, user, topic, business connection) is taken as
 * aiogram takes it, and a {@link FsmStrategy} makes the key of it. The event's id is {@link Update#getUpdateId}.
 *
 * <p>Immutable and thread-safe.
 */
public final class UpdateKeys {
    private final Object botId;
    private final FsmStrategy strategy;

    private UpdateKeys(Object botId, FsmStrategy strategy) {
        this.botId = botId;
        this.strategy = strategy;
    }

    /**
     * The keys of a bot.
     *
     * @param botId the bot's id, a whole number or a text
     * @throws IllegalArgumentException if the id is neither
     */
    public static UpdateKeys of(Object botId, FsmStrategy strategy) {
        var unused = StorageKey.bot(botId); // checked here, not with the first update
        return new UpdateKeys(botId, requireNonNull(strategy, "strategy"));
    }

    /**
     * The conversation of an update; empty if it belongs to none, such as a channel's post where each user has a conversation
     * of their own, or a poll that has changed.
     */
    public Optional<StorageKey> key(Update update) {
        requireNonNull(update, "update");
        StorageKey.Builder origin = StorageKey.bot(botId);
        Origin.of(update).into(origin);
        return strategy.key(origin);
    }
}
