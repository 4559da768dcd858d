package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.storage.StorageKey;
import java.util.Optional;
import java.util.function.Function;
import org.telegram.telegrambots.meta.api.objects.Update;

/**
 * Handles the updates of a bot; a lambda is sufficient if the defaults of the other methods suit. Called by several
 * threads, but for each conversation by one at a time, in the order of its updates.
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
     * Returns a handler that passes updates to a flow, as {@link TelegramRunner#flow} does: nothing is stored that
     * could not be answered, and presses of buttons are acknowledged automatically.
     *
     * @param in converts an update to the flow's input; empty if it is not for the flow. Called by several threads
     * @param out converts a reply to a message
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
     * Handles an update of a conversation. The update is confirmed to Telegram when this method has returned, and is
     * redelivered if it throws. Whatever the method does must therefore tolerate repetition, as {@link Fsm#handle}
     * does. If a reply could not be sent, throw: the update is then handled again, and {@link Fsm#handle} returns
     * {@link io.botfsm.Handled.Repeated}.
     *
     * @param fsm the conversations. Writes carry the fencing token of the session's lease or, with a webhook and an
     *     isolation across processes, that of the conversation's lease; they carry none if the session is unfenced
     * @param key the conversation key; if this update reports that a group has become a supergroup, and its
     *     conversations were moved, the key in the supergroup
     * @throws Exception if it could not be handled
     */
    void handle(Fsm fsm, StorageKey key, Update update) throws Exception;

    /**
     * Handles an update that belongs to no conversation. Such updates are handled in no particular order. By default,
     * the update is only logged.
     *
     * @throws Exception if it could not be handled; it is redelivered
     */
    default void handleWithoutConversation(Update update) throws Exception {
        UpdateProcessor.LOG.debug("Update {} belongs to no conversation", update.getUpdateId());
    }

    /**
     * Returns whether a failure of this handler may be an outage of something that all conversations need. Failures of
     * the storage and the isolation are treated as such anyway. It is called for the failure first, and then for its
     * causes. In a {@link PollingSession}, such a failure counts as an attempt only if other conversations have
     * succeeded since this conversation first failed; in a {@link WebhookHandler}, it never counts. Telegram's
     * responses 400 and 403, which concern one chat, always count, also as a cause. The default is false.
     */
    default boolean isOutage(Throwable failure) {
        return false;
    }

    /**
     * Receives an update that has failed for a reason of its own as often as {@link PollingSession.Builder#attempts}
     * allows, before it is confirmed. An update that TelegramBots cannot read, or for which the key function fails, is
     * passed here immediately. By default, it is logged as an error.
     *
     * @throws Exception if it could not be kept: the update is retried later, starting with its handler. After as many
     *     failures as a handler may have, the update is confirmed anyway, and an error is logged
     */
    default void onDeadLetter(DeadLetter letter) throws Exception {
        UpdateProcessor.LOG.error("Given up: {}", letter, letter.failure());
    }
}
