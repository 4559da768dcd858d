package io.botfsm.telegrambots;

import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.storage.EventId;
import io.botfsm.storage.StorageKey;
import io.botfsm.timeout.TimeoutHandler;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.methods.AnswerCallbackQuery;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;

/** Lets a flow answer updates, and fires its timeouts. Thread-safe. */
final class FlowUpdateHandler<I, O> implements UpdateHandler, TimeoutHandler {
    private static final Logger LOG = LoggerFactory.getLogger(FlowUpdateHandler.class.getPackageName());

    private final Flow<I, O> flow;
    private final Function<? super Update, Optional<I>> in;
    private final ReplyFormat<? super O> out;
    private final TelegramSender sender;
    private final Optional<Consumer<? super DeadLetter>> deadLetters;

    FlowUpdateHandler(
            Flow<I, O> flow,
            Function<? super Update, Optional<I>> in,
            ReplyFormat<? super O> out,
            TelegramSender sender,
            Optional<Consumer<? super DeadLetter>> deadLetters) {
        this.flow = flow;
        this.in = in;
        this.out = out;
        this.sender = sender;
        this.deadLetters = deadLetters;
    }

    boolean hasTimeouts() {
        return flow.hasTimeouts();
    }

    /**
     * Does not handle an update that could not be answered: while nothing may be sent to its chat, it waits unhandled.
     */
    @Override
    public void handle(Fsm fsm, StorageKey key, Update update) throws TelegramApiException {
        Optional<I> input = in.apply(update);
        Optional<ChatAddress> to = ChatAddress.of(update);
        if (input.isEmpty() || to.isEmpty()) {
            LOG.debug("Update {} is not for the flow", update.getUpdateId());
            return;
        }
        var unused = sender.whenReady(to.get().chatId(), () -> {
            send(to.get(), flow.handle(fsm, key, EventId.of(update.getUpdateId()), input.get()));
            return true;
        });
        if (update.hasCallbackQuery()) {
            acknowledge(update.getCallbackQuery().getId());
        }
    }

    /**
     * Does not fire a timeout whose replies could not be sent: the conversation stays unchanged, and is due again when
     * its claim expires.
     */
    @Override
    public boolean fire(Fsm fsm, StorageKey key, Instant deadline) throws TelegramApiException {
        ChatAddress to = ChatAddress.of(key);
        try {
            return sender.whenReady(to.chatId(), () -> flow.fire(fsm, key, deadline, replies -> send(to, replies)));
        } catch (SendDelayedException e) {
            if (!e.isBeforeTurn()) {
                throw e;
            }
            LOG.debug("{}: a timeout is delayed by the rate limit of its chat: {}", key, e.getMessage());
            return false;
        }
    }

    private void send(ChatAddress to, List<O> replies) throws TelegramApiException {
        for (O reply : replies) {
            if (!sender.deliver(out.format(to, reply)).isTaken()) {
                return; // the chat is unreachable
            }
        }
    }

    /** A button that is not answered shows a progress bar for a while; late answers are refused. */
    private void acknowledge(String callbackQuery) {
        try {
            var unused = sender.send(new AnswerCallbackQuery(callbackQuery));
        } catch (TelegramApiException e) {
            LOG.debug("A callback query was not answered: {}", e.getMessage());
        }
    }

    /**
     * While nothing can be sent at all, updates are retried. Their changes are stored, so a retry asks the current
     * question again.
     */
    @Override
    public boolean isOutage(Throwable failure) {
        return failure instanceof TelegramApiException;
    }

    @Override
    public void onDeadLetter(DeadLetter letter) throws Exception {
        if (deadLetters.isPresent()) {
            deadLetters.get().accept(letter);
        } else {
            UpdateHandler.super.onDeadLetter(letter);
        }
    }
}
