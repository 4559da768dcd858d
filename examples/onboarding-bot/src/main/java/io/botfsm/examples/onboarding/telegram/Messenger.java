package io.botfsm.examples.onboarding.telegram;

import io.botfsm.FsmException;
import io.botfsm.StorageKey;
import io.botfsm.UnknownStateException;
import io.botfsm.UnreadableDataException;
import io.botfsm.examples.onboarding.Message;
import io.botfsm.examples.onboarding.OnboardingFlow;
import io.botfsm.examples.onboarding.Reply;
import io.botfsm.telegrambots.UpdateHandler;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.methods.ActionType;
import org.telegram.telegrambots.meta.api.methods.AnswerCallbackQuery;
import org.telegram.telegrambots.meta.api.methods.botapimethods.BotApiMethod;
import org.telegram.telegrambots.meta.api.methods.send.SendChatAction;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.api.objects.message.MaybeInaccessibleMessage;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.InlineKeyboardMarkup;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/** Lets the flow answer messages and buttons, and sends what it says. Thread-safe. */
final class Messenger implements UpdateHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Messenger.class);
    private static final Reply LOST_THREAD = new Reply(
            List.of("Sorry, I have lost the thread. Send /start to begin anew."), Optional.empty(), List.of());

    private final OnboardingFlow flow;
    private final TelegramClient client;
    private final Runnable revival;

    Messenger(OnboardingFlow flow, TelegramClient client, Runnable revival) {
        this.flow = flow;
        this.client = client;
        this.revival = revival;
    }

    @Override
    public void handle(StorageKey key, Update update) throws TelegramApiException {
        if (update.hasMessage()) {
            String text = Optional.<@Nullable String>ofNullable(
                            update.getMessage().getText())
                    .orElse("");
            answer(new Message(key, update.getUpdateId(), text), update.getMessage());
        } else if (update.hasCallbackQuery() && update.getCallbackQuery().getMessage() != null) {
            answer(Choice.of(key, update), update.getCallbackQuery().getMessage());
            attempt(new AnswerCallbackQuery(update.getCallbackQuery().getId())); // or the button goes on to glow
        } else {
            LOG.debug("Update {} says nothing", update.getUpdateId());
        }
    }

    private void answer(Message message, MaybeInaccessibleMessage place) throws TelegramApiException {
        attempt(new SendChatAction(place.getChatId().toString(), ActionType.TYPING.toString()));
        Reply reply = reply(message); // is stored when this has returned
        for (Iterator<String> texts = reply.texts().iterator(); texts.hasNext(); ) {
            SendMessage send = new SendMessage(place.getChatId().toString(), texts.next());
            if (!texts.hasNext() && !reply.choices().isEmpty()) {
                send.setReplyMarkup(new InlineKeyboardMarkup(Choice.rows(reply)));
            }
            send(send);
        }
    }

    private Reply reply(Message message) {
        try {
            return flow.receive(message);
        } catch (UnknownStateException | UnreadableDataException e) {
            LOG.error("Cannot go on: {}", e.getMessage());
            return LOST_THREAD;
        } catch (FsmException e) {
            revival.run();
            throw e; // the update comes again
        }
    }

    private void send(SendMessage message) throws TelegramApiException {
        try {
            client.execute(message);
        } catch (TelegramApiRequestException e) {
            if (!isFinal(e)) {
                throw e;
            }
            LOG.warn("Not sent to chat {}: {} {}", message.getChatId(), e.getErrorCode(), e.getApiResponse());
        }
    }

    /** Such as 403 from a user who has blocked the bot: it would be so again. */
    private static boolean isFinal(TelegramApiRequestException e) {
        return e.getErrorCode() != null && (e.getErrorCode() == 400 || e.getErrorCode() == 403);
    }

    /** What is nice to have. */
    private void attempt(BotApiMethod<?> method) {
        try {
            client.execute(method);
        } catch (TelegramApiException e) {
            LOG.debug("{} failed: {}", method.getMethod(), e.getMessage());
        }
    }
}
