package io.botfsm.examples.onboarding.telegram;

import io.botfsm.Fsm;
import io.botfsm.examples.onboarding.Input;
import io.botfsm.examples.onboarding.OnboardingFlow;
import io.botfsm.examples.onboarding.Reply;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.EventId;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import io.botfsm.telegrambots.UpdateHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.methods.ActionType;
import org.telegram.telegrambots.meta.api.methods.AnswerCallbackQuery;
import org.telegram.telegrambots.meta.api.methods.botapimethods.BotApiMethod;
import org.telegram.telegrambots.meta.api.methods.send.SendChatAction;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.api.objects.CallbackQuery;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.InlineKeyboardMarkup;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.buttons.InlineKeyboardButton;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.buttons.InlineKeyboardRow;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/** Lets the flow answer messages and buttons, and no other kinds of updates; sends what it says. Thread-safe. */
final class Messenger implements UpdateHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Messenger.class.getPackageName());
    private static final String GROUP = "Onboarding:";
    private static final int BUTTONS_PER_ROW = 3;
    private static final int LONGEST_TEXT = 4096;
    private static final Pattern CHAT_NOT_FOUND = Pattern.compile("chat not found", Pattern.CASE_INSENSITIVE);

    private final TelegramClient client;
    private final Runnable revival;

    Messenger(TelegramClient client, Runnable revival) {
        this.client = client;
        this.revival = revival;
    }

    @Override
    public void handle(Fsm fsm, StorageKey key, Update update) throws TelegramApiException {
        EventId id = EventId.of(update.getUpdateId());
        if (update.hasMessage()) {
            String text = Optional.<@Nullable String>ofNullable(
                            update.getMessage().getText())
                    .orElse("");
            answer(fsm, key, id, Input.typed(text), update.getMessage().getChatId());
        } else if (update.hasCallbackQuery() && update.getCallbackQuery().getMessage() != null) {
            CallbackQuery pressed = update.getCallbackQuery();
            answer(fsm, key, id, choice(pressed), pressed.getMessage().getChatId());
            attempt(new AnswerCallbackQuery(pressed.getId())); // or the button goes on to glow
        } else {
            LOG.debug("Update {} is of no kind that is answered", update.getUpdateId());
        }
    }

    /** A button's data is the state it was shown in, a colon, and the answer: it may be pressed much later. */
    private static Input choice(CallbackQuery pressed) {
        String[] parts = (pressed.getData() + ":").split(":", 3);
        return new Input(parts[1], Optional.of(GROUP + parts[0]));
    }

    private static InlineKeyboardMarkup buttons(Reply reply) {
        List<InlineKeyboardRow> rows = new ArrayList<>();
        for (int from = 0; from < reply.choices().size(); from += BUTTONS_PER_ROW) {
            int to = Math.min(from + BUTTONS_PER_ROW, reply.choices().size());
            rows.add(new InlineKeyboardRow(reply.choices().subList(from, to).stream()
                    .map(choice -> InlineKeyboardButton.builder()
                            .text(choice)
                            .callbackData(reply.state().substring(GROUP.length()) + ":" + choice)
                            .build())
                    .toList()));
        }
        return new InlineKeyboardMarkup(rows);
    }

    /** While nothing can be sent to anybody, updates wait; they are handled already, and ask their questions again. */
    @Override
    public boolean isOutage(Throwable failure) {
        return failure instanceof TelegramApiException;
    }

    private void answer(Fsm fsm, StorageKey key, EventId id, Input input, long chat) throws TelegramApiException {
        showTyping(chat);
        for (Reply reply : replies(fsm, key, id, input)) { // is stored
            List<String> parts = parts(reply.text());
            for (String part : parts.subList(0, parts.size() - 1)) {
                send(new SendMessage(Long.toString(chat), part));
            }
            SendMessage last = new SendMessage(Long.toString(chat), parts.get(parts.size() - 1));
            if (!reply.choices().isEmpty()) {
                last.setReplyMarkup(buttons(reply));
            }
            send(last);
        }
    }

    private List<Reply> replies(Fsm fsm, StorageKey key, EventId id, Input input) {
        try {
            return OnboardingFlow.FLOW.handle(fsm, key, id, input);
        } catch (UnreadableDataException e) {
            LOG.error("Cannot go on: {}", e.getMessage());
            return List.of(OnboardingFlow.LOST_THREAD);
        } catch (FsmException e) {
            revival.run();
            throw e; // the update is redelivered
        }
    }

    /** What Telegram would refuse as too long comes in several messages. */
    static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        String rest = text;
        while (rest.length() > LONGEST_TEXT) {
            int end = LONGEST_TEXT - (Character.isHighSurrogate(rest.charAt(LONGEST_TEXT - 1)) ? 1 : 0);
            parts.add(rest.substring(0, end));
            rest = rest.substring(end);
        }
        parts.add(rest);
        return parts;
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
        return is(403, e)
                || (is(400, e)
                        && CHAT_NOT_FOUND.matcher("" + e.getApiResponse()).find());
    }

    private static boolean is(int code, TelegramApiRequestException e) {
        return Integer.valueOf(code).equals(e.getErrorCode());
    }

    /** Fails only if nothing must be sent to the chat for a while, which the reply would be refused for too. */
    private void showTyping(long chat) throws TelegramApiRequestException {
        try {
            client.execute(new SendChatAction(Long.toString(chat), ActionType.TYPING.toString()));
        } catch (TelegramApiException e) {
            if (e instanceof TelegramApiRequestException refusal && is(429, refusal)) {
                throw refusal;
            }
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
