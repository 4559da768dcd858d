package io.botfsm.telegram.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.telegram.telegrambots.client.okhttp.OkHttpTelegramClient;
import org.telegram.telegrambots.longpolling.TelegramBotsLongPollingApplication;
import org.telegram.telegrambots.meta.TelegramUrl;
import org.telegram.telegrambots.meta.api.methods.ActionType;
import org.telegram.telegrambots.meta.api.methods.AnswerCallbackQuery;
import org.telegram.telegrambots.meta.api.methods.GetMe;
import org.telegram.telegrambots.meta.api.methods.commands.SetMyCommands;
import org.telegram.telegrambots.meta.api.methods.send.SendChatAction;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.api.methods.updates.GetUpdates;
import org.telegram.telegrambots.meta.api.methods.updates.GetWebhookInfo;
import org.telegram.telegrambots.meta.api.methods.updatingmessages.EditMessageText;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.api.objects.commands.BotCommand;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.InlineKeyboardMarkup;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.buttons.InlineKeyboardButton;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.buttons.InlineKeyboardRow;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;

/** TelegramBots, as it is, against the double. */
class TelegramBotsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final long ANN = 5_000_000_000L;

    private final BotApiDouble bot = BotApiDouble.start();
    private final TelegramUrl url = TelegramUrl.builder()
            .schema("http")
            .host("127.0.0.1")
            .port(bot.port())
            .build();
    private final OkHttpTelegramClient client = new OkHttpTelegramClient(bot.token(), url);
    private final TelegramBotsLongPollingApplication application = new TelegramBotsLongPollingApplication();
    private final TelegramUser ann = bot.user(ANN);

    @AfterEach
    void close() throws Exception {

        application.close();
        bot.close();
    }

    @Test
    void aConversationWithAButtonAndAnEdit() throws Exception {
        register(this::answer);
        ann.says("/start");
        assertThat(ann.awaitReplies(1, LIMIT))
                .singleElement()
                .satisfies(message -> assertThat(message.text()).isEqualTo("Hello, User " + ANN));
        assertThat(ann.messages().get(1).buttons()).extracting(Button::text).containsExactly("Yes", "No");
        ann.presses("Yes");

        assertThat(ann.awaitReplies(1, LIMIT)).extracting(ShownMessage::text).containsExactly("You said yes");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(ann.notices()).containsExactly("noted"));
        assertThat(ann.chatActions()).containsExactly("typing");
        assertThat(ann.messages()).hasSize(2);
        await().atMost(LIMIT).until(() -> bot.unconfirmedUpdates() == 0);
    }

    @Test
    void theOtherMethods() throws TelegramApiException {
        assertThat(client.execute(new GetMe()).getId()).isEqualTo(7_000_000_001L);
        assertThat(client.execute(SetMyCommands.builder()
                        .command(new BotCommand("start", "Begin"))
                        .build()))
                .isTrue();
        assertThat(bot.commands()).contains("\"start\"");
        assertThat(client.execute(new GetWebhookInfo()).getUrl()).isEmpty();
    }

    @Test
    void errorsAreReadWithTheirParameters() {
        bot.next("sendmessage", Fault.tooManyRequests(7));
        assertThatThrownBy(() -> client.execute(new SendMessage(Long.toString(ANN), "hello")))
                .isInstanceOfSatisfying(TelegramApiRequestException.class, e -> {
                    assertThat(e.getErrorCode()).isEqualTo(429);
                    assertThat(e.getParameters().getRetryAfter()).isEqualTo(7);
                });
        OkHttpTelegramClient stranger = new OkHttpTelegramClient("1:wrong", url);
        assertThatThrownBy(() -> stranger.execute(new GetMe())).hasMessageContaining("Unauthorized");
    }

    @Test
    void aPollerThatWasTerminatedPollsAgain() throws Exception {
        register(update -> {});
        await().atMost(LIMIT).until(() -> !bot.polls().isEmpty());
        BotClient other = new BotClient(bot, "other");
        CompletableFuture<BotClient.Reply> terminated = other.callAsync("getUpdates", "timeout", 5, "offset", 3);

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(bot.polls())
                        .extracting(Poll::outcome)
                        .startsWith(Poll.Outcome.CONFLICT, Poll.Outcome.CONFLICT));
        assertThat(bot.polls().get(0).poller())
                .isNotEqualTo("other")
                .isEqualTo(bot.polls().get(0).connection());
        assertThat(bot.polls().get(1).poller()).isEqualTo("other");
        assertThat(bot.polls().get(2).poller()).isNotEqualTo("other");
        assertThat(terminated).isNotDone();
    }

    private void register(Consumer<Update> consumer) throws TelegramApiException {
        application.registerBot(
                bot.token(),
                () -> url,
                offset -> GetUpdates.builder().offset(offset + 1).timeout(10).build(),
                updates -> updates.forEach(consumer));
    }

    private void answer(Update update) {
        try {
            if (update.hasCallbackQuery()) {
                client.execute(EditMessageText.builder()
                        .chatId(update.getCallbackQuery().getMessage().getChatId())
                        .messageId(update.getCallbackQuery().getMessage().getMessageId())
                        .text("You said " + update.getCallbackQuery().getData())
                        .build());
                client.execute(AnswerCallbackQuery.builder()
                        .callbackQueryId(update.getCallbackQuery().getId())
                        .text("noted")
                        .build());
            } else if (update.getMessage().getText().startsWith("/")) {
                client.execute(
                        new SendChatAction(update.getMessage().getChatId().toString(), ActionType.TYPING.toString()));
                client.execute(SendMessage.builder()
                        .chatId(update.getMessage().getChatId())
                        .text("Hello, " + update.getMessage().getFrom().getFirstName())
                        .replyMarkup(new InlineKeyboardMarkup(
                                List.of(new InlineKeyboardRow(button("Yes", "yes"), button("No", "no")))))
                        .build());
            }
        } catch (TelegramApiException e) {
            throw new AssertionError(e);
        }
    }

    private static InlineKeyboardButton button(String text, String data) {
        return InlineKeyboardButton.builder().text(text).callbackData(data).build();
    }
}
