package io.botfsm.examples.onboarding.program;

import io.botfsm.Fsm;
import io.botfsm.examples.onboarding.Input;
import io.botfsm.examples.onboarding.OnboardingFlow;
import io.botfsm.examples.onboarding.Reply;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.lock.LockEvent;
import io.botfsm.storage.StorageKey;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.ChatAddress;
import io.botfsm.telegrambots.DeadLetter;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.TelegramSender;
import io.botfsm.telegrambots.UpdateHandler;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.methods.commands.SetMyCommands;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.api.objects.CallbackQuery;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.api.objects.commands.BotCommand;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.InlineKeyboardMarkup;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.buttons.InlineKeyboardButton;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.buttons.InlineKeyboardRow;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;

/** The bot on Telegram: answers messages and buttons, and no other kinds of updates. Thread-safe. */
public final class TelegramBot implements UpdateHandler {
    private static final Logger LOG = LoggerFactory.getLogger(TelegramBot.class.getPackageName());
    private static final String GROUP = "Onboarding:";
    private static final int BUTTONS_PER_ROW = 3;

    private final TelegramSender sender;
    private final UpdateHandler flow;

    /** @param flow answers updates by the flow */
    TelegramBot(TelegramSender sender, UpdateHandler flow) {
        this.sender = sender;
        this.flow = flow;
    }

    /** Returns a runner for the bot with this token; its storage and lock are still to be set. */
    public static TelegramRunner polling(BotToken token) {
        CompletableFuture<TelegramSender> made = new CompletableFuture<>();
        return TelegramRunner.polling(token)
                .flow(OnboardingFlow.FLOW, TelegramBot::input, TelegramBot::message, (sender, flow) -> {
                    made.complete(sender);
                    return new TelegramBot(sender, flow);
                })
                .lockSettings(lock -> lock.listener(event -> {
                    if (event instanceof LockEvent.Activated) { // a standby leaves the menu to the active one
                        var unused = made.thenAcceptAsync(TelegramBot::showCommands);
                    }
                }));
    }

    /** For the menu of Telegram's apps. The bot works without it too. */
    private static void showCommands(TelegramSender sender) {
        try {
            var unused = sender.send(new SetMyCommands(List.of(
                    new BotCommand("start", "Begin anew"),
                    new BotCommand("status", "What I am waiting for"),
                    new BotCommand("cancel", "Forget what I told you"))));
        } catch (TelegramApiException e) {
            LOG.warn("The commands could not be registered: {}", e.getMessage());
        }
    }

    @Override
    public void handle(Fsm fsm, StorageKey key, Update update) throws Exception {
        try {
            flow.handle(fsm, key, update);
        } catch (UnreadableDataException e) {
            LOG.error("Cannot go on: {}", e.getMessage());
            var unused = sender.send(message(ChatAddress.of(update).orElseThrow(), OnboardingFlow.LOST_THREAD));
        }
    }

    @Override
    public boolean isOutage(Throwable failure) {
        return flow.isOutage(failure);
    }

    @Override
    public void onDeadLetter(DeadLetter letter) throws Exception {
        flow.onDeadLetter(letter);
    }

    static Optional<Input> input(Update update) {
        if (update.hasCallbackQuery()) {
            return Optional.of(choice(update.getCallbackQuery()));
        }
        return Optional.ofNullable(update.getMessage())
                .map(message -> Input.typed(message.hasText() ? message.getText() : ""));
    }

    /** A button's data is the state it was shown in, a colon, and the answer: it may be pressed much later. */
    private static Input choice(CallbackQuery pressed) {
        String[] parts = (pressed.getData() + ":").split(":", 3);
        return new Input(parts[1], Optional.of(GROUP + parts[0]));
    }

    static SendMessage message(ChatAddress to, Reply reply) {
        SendMessage message = to.message(reply.text());
        if (!reply.choices().isEmpty()) {
            message.setReplyMarkup(buttons(reply));
        }
        return message;
    }

    private static InlineKeyboardMarkup buttons(Reply reply) {
        List<InlineKeyboardButton> buttons = reply.choices().stream()
                .<InlineKeyboardButton>map(choice -> InlineKeyboardButton.builder()
                        .text(choice)
                        .callbackData(reply.state().substring(GROUP.length()) + ":" + choice)
                        .build())
                .toList();
        return new InlineKeyboardMarkup(IntStream.iterate(
                        0, from -> from < buttons.size(), from -> from + BUTTONS_PER_ROW)
                .mapToObj(from ->
                        new InlineKeyboardRow(buttons.subList(from, Math.min(from + BUTTONS_PER_ROW, buttons.size()))))
                .toList());
    }
}
