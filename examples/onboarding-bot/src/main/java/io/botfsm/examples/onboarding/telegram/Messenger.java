package io.botfsm.examples.onboarding.telegram;

import io.botfsm.Fsm;
import io.botfsm.examples.onboarding.Message;
import io.botfsm.examples.onboarding.OnboardingFlow;
import io.botfsm.examples.onboarding.Reply;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.UnknownStateException;
import io.botfsm.telegrambots.UpdateHandler;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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

/** Lets the flow answer messages and buttons, and no other kinds of updates; sends what it says. Thread-safe. */
final class Messenger implements UpdateHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Messenger.class.getPackageName());
    private static final int LONGEST_TEXT = 4096;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final Pattern CHAT_NOT_FOUND = Pattern.compile("chat not found", Pattern.CASE_INSENSITIVE);
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
    public void handle(Fsm fsm, StorageKey key, Update update) throws TelegramApiException {
        if (update.hasMessage()) {
            String text = Optional.<@Nullable String>ofNullable(
                            update.getMessage().getText())
                    .orElse("");
            answer(fsm, new Message(key, update.getUpdateId(), text), update.getMessage());
        } else if (update.hasCallbackQuery() && update.getCallbackQuery().getMessage() != null) {
            answer(fsm, Choice.of(key, update), update.getCallbackQuery().getMessage());
            attempt(new AnswerCallbackQuery(update.getCallbackQuery().getId())); // or the button goes on to glow
        } else {
            LOG.debug("Update {} is of no kind that is answered", update.getUpdateId());
        }
    }

    /** While nothing can be sent to anybody, updates wait; they are handled already, and ask their questions again. */
    @Override
    public boolean isOutage(Throwable failure) {
        return failure instanceof TelegramApiException;
    }

    private void answer(Fsm fsm, Message message, MaybeInaccessibleMessage place) throws TelegramApiException {
        showTyping(place.getChatId().toString());
        Reply reply = reply(fsm, message); // is stored when this has returned
        for (Iterator<String> texts = parts(reply).iterator(); texts.hasNext(); ) {
            SendMessage send = new SendMessage(place.getChatId().toString(), texts.next());
            if (!texts.hasNext() && !reply.choices().isEmpty()) {
                send.setReplyMarkup(new InlineKeyboardMarkup(Choice.rows(reply)));
            }
            send(send);
        }
    }

    private Reply reply(Fsm fsm, Message message) {
        try {
            return flow.receive(fsm, message);
        } catch (UnknownStateException | UnreadableDataException e) {
            LOG.error("Cannot go on: {}", e.getMessage());
            return LOST_THREAD;
        } catch (FsmException e) {
            revival.run();
            throw e; // the update is redelivered
        }
    }

    /** What Telegram would refuse as too long comes in several messages. */
    private static List<String> parts(Reply reply) {
        return reply.texts().stream().flatMap(Messenger::parts).toList();
    }

    static Stream<String> parts(String text) {
        if (text.length() <= LONGEST_TEXT) {
            return Stream.of(text);
        }
        int end = LONGEST_TEXT - (Character.isHighSurrogate(text.charAt(LONGEST_TEXT - 1)) ? 1 : 0);
        return Stream.concat(Stream.of(text.substring(0, end)), parts(text.substring(end)));
    }

    private void send(SendMessage message) throws TelegramApiException {
        try {
            client.execute(message);
        } catch (TelegramApiRequestException e) {
            if (!isUnreachable(e)) {
                throw e;
            }
            LOG.info("Not sent, chat {} cannot be reached: {}", message.getChatId(), e.getApiResponse());
        }
    }

    /** A user who has blocked the bot or is deactivated, or a chat that is gone: trying again is of no use. */
    private static boolean isUnreachable(TelegramApiRequestException e) {
        Integer code = e.getErrorCode();
        return code != null
                && (code == FORBIDDEN
                        || (code == BAD_REQUEST
                                && CHAT_NOT_FOUND
                                        .matcher("" + e.getApiResponse())
                                        .find()));
    }

    /** Fails only if nothing must be sent to the chat for a while, which the reply would be refused for too. */
    private void showTyping(String chat) throws TelegramApiRequestException {
        try {
            client.execute(new SendChatAction(chat, ActionType.TYPING.toString()));
        } catch (TelegramApiRequestException e) {
            if (Integer.valueOf(TOO_MANY_REQUESTS).equals(e.getErrorCode())) {
                throw e;
            }
            LOG.debug("Typing is not shown: {}", e.getMessage());
        } catch (TelegramApiException e) {
            LOG.debug("Typing is not shown: {}", e.getMessage());
        }
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
