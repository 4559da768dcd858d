package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.storage.StorageKey;
import java.util.Optional;
import java.util.function.Function;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * What a bot does with its updates; a lambda where the defaults of the other methods will do. Called by several
 * threads, for one conversation by one at a time, in the order of its updates.
 *
 * <pre>{@code
 * UpdateHandler handler = (fsm, key, update) -> {
 *     String reply = fsm.handle(key, update.getUpdateId(), turn -> answer(turn, update))
 *             .orElse(now -> currentQuestion(now)); // redelivered: the reply may not have been sent
 *     client.execute(new SendMessage(key.chat(), reply));
 * };
 * }</pre>
 */
@FunctionalInterface
public interface UpdateHandler {
    /**
     * Lets a flow answer, as {@link TelegramRunner#flow} does: nothing is stored that could not be answered, and a
     * press of a button is answered by itself.
     *
     * @param in how an update becomes the flow's input; empty if it is not for the flow. Called by several threads
     * @param out how a reply becomes a message
     */
    static <I, O> UpdateHandler of(
            Flow<I, O> flow,
            Function<? super Update, Optional<I>> in,
            ReplyFormat<? super O> out,
            TelegramSender sender) {
        requireNonNull(flow, "flow");
        requireNonNull(in, "in");
        requireNonNull(out, "out");
        return new FlowUpdateHandler<>(flow, in, out, requireNonNull(sender, "sender"), Optional.empty());
    }

    /**
     * Handles an update of a conversation. The update is confirmed to Telegram when this has returned, and redelivered
     * if it throws: what it does must bear that, as {@link Fsm#handle} does. So must a reply that could not be sent:
     * throw, and the update is handled again, as one that is stored already.
     *
     * @param fsm the conversations: all writes carry the fencing token of the session's lease
     * @param key whose conversation it belongs to; where a group has become a supergroup by this update and its
     *     conversations were moved, the key in the supergroup
     * @throws Exception if it could not be handled
     */
    void handle(Fsm fsm, StorageKey key, Update update) throws Exception;

    /**
     * Handles an update that belongs to no conversation; in no order. Only logs it by default.
     *
     * @throws Exception if it could not be handled; it is redelivered
     */
    default void handleWithoutConversation(Update update) throws Exception {
        UpdateProcessor.LOG.debug("Update {} belongs to no conversation", update.getUpdateId());
    }

    /**
     * Whether a failure of this handler may mean that something is unavailable that all conversations need; in addition
     * to those of the storage and the isolation. A failure is tested first, and then its causes. It counts as an
     * attempt only if it is the conversation's own: if other conversations have succeeded since it first failed. An
     * answer of Telegram's that concerns one chat, 400 or 403, always counts, also as a cause. No by default.
     */
    default boolean isOutage(Throwable failure) {
        return false;
    }

    /**
     * Takes an update that has failed for a reason of its own as often as {@link PollingSession.Builder#attempts}
     * allows, before it is confirmed. An update that TelegramBots cannot read, or that the key function cannot take,
     * comes at once. By default it is logged as an error.
     *
     * @throws Exception if it could not be kept: the update is retried later, from its handler on; after as many
     *     failures as a handler may have, the update is confirmed all the same, with an error in the log
     */
    default void onDeadLetter(DeadLetter letter) throws Exception {
        UpdateProcessor.LOG.error("Given up: {}", letter, letter.failure());
    }
}
