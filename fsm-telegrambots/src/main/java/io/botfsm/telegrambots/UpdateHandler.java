package io.botfsm.telegrambots;

import static java.util.Objects.requireNonNull;

import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.Turn;
import io.botfsm.storage.StorageKey;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.telegram.telegrambots.meta.api.objects.Update;

/** What a bot does with an update of a conversation. Called by several threads, for one conversation by one at a time. */
@FunctionalInterface
public interface UpdateHandler {
    /**
     * Handles an update. The update is confirmed to Telegram when this has returned, and redelivered if it throws: what it
     * does must bear that, as {@link Fsm#handle} does.
     *
     * @param key whose conversation it belongs to
     * @throws Exception if it could not be handled
     */
    void handle(StorageKey key, Update update) throws Exception;

    /**
     * Handles each update as one turn of its conversation, and sends the replies when the turn is stored. An update that was
     * stored before, and is redelivered since its replies may not have got out, asks the current question again.
     *
     * @param answer changes the turn and returns the replies; may run again, does no I/O, see {@link Fsm#handle}
     * @param question the replies of a conversation as it is
     * @param sender sends them; if it throws, the update is handled again as one that was stored before
     * @param <R> the replies
     */
    static <R extends @Nullable Object> UpdateHandler turns(
            Fsm fsm,
            BiFunction<? super Turn, ? super Update, ? extends R> answer,
            BiFunction<? super Conversation, ? super Update, ? extends R> question,
            Sender<? super R> sender) {
        requireNonNull(fsm, "fsm");
        requireNonNull(answer, "answer");
        requireNonNull(question, "question");
        requireNonNull(sender, "sender");
        return (key, update) -> sender.send(
                update,
                fsm.<R>handle(key, update.getUpdateId(), turn -> answer.apply(turn, update))
                        .orElse(now -> question.apply(now, update)));
    }

    /**
     * Sends replies.
     *
     * @param <R> the replies
     */
    @FunctionalInterface
    interface Sender<R extends @Nullable Object> {
        /**
         * Sends what an update is answered with.
         *
         * @throws Exception if that did not work, and should be tried again
         */
        void send(Update update, R replies) throws Exception;
    }
}
