package io.botfsm.telegram.testing.pengrad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.pengrad.telegrambot.TelegramBot;
import com.pengrad.telegrambot.UpdatesListener;
import com.pengrad.telegrambot.model.BotCommand;
import com.pengrad.telegrambot.model.Update;
import com.pengrad.telegrambot.model.request.ChatAction;
import com.pengrad.telegrambot.model.request.InlineKeyboardButton;
import com.pengrad.telegrambot.model.request.InlineKeyboardMarkup;
import com.pengrad.telegrambot.model.request.ReplyKeyboardMarkup;
import com.pengrad.telegrambot.request.AnswerCallbackQuery;
import com.pengrad.telegrambot.request.DeleteWebhook;
import com.pengrad.telegrambot.request.EditMessageText;
import com.pengrad.telegrambot.request.GetMe;
import com.pengrad.telegrambot.request.GetUpdates;
import com.pengrad.telegrambot.request.GetWebhookInfo;
import com.pengrad.telegrambot.request.SendChatAction;
import com.pengrad.telegrambot.request.SendMessage;
import com.pengrad.telegrambot.request.SetMyCommands;
import com.pengrad.telegrambot.response.BaseResponse;
import com.pengrad.telegrambot.response.SendResponse;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.Fault;
import io.botfsm.telegram.testing.Poll;
import io.botfsm.telegram.testing.ShownMessage;
import io.botfsm.telegram.testing.TelegramUser;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** pengrad's java-telegram-bot-api, as it is, against the double. */
class PengradTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final long ANN = 5_000_000_000L;

    private final BotApiDouble bot = BotApiDouble.start();
    private final TelegramBot library = library(bot.token());
    private final TelegramUser ann = bot.user(ANN);

    @AfterEach
    void close() {
        library.removeGetUpdatesListener();
        bot.close();
        library.shutdown();
    }

    private TelegramBot library(String token) {
        return new TelegramBot.Builder(token).apiUrl(bot.uri() + "/bot").build();
    }

    @Test
    void aConversationWithAButtonAndAnEdit() throws InterruptedException {
        listen(library);
        ann.says("/start");
        assertThat(ann.awaitReplies(1, LIMIT)).extracting(ShownMessage::text).containsExactly("Hello, User " + ANN);
        ann.presses("No");

        assertThat(ann.awaitReplies(1, LIMIT)).extracting(ShownMessage::text).containsExactly("You said no");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(ann.notices()).containsExactly("noted"));
        assertThat(ann.chatActions()).containsExactly("typing");
        await().atMost(LIMIT).until(() -> bot.unconfirmedUpdates() == 0);
    }

    @Test
    void aKeyboardOfReplies() {
        library.execute(new SendMessage(ANN, "Which?").replyMarkup(new ReplyKeyboardMarkup("this", "that")));
        ann.presses("that");

        assertThat(ann.messages()).extracting(ShownMessage::text).containsExactly("Which?", "that");
    }

    @Test
    void theOtherMethods() {
        assertThat(library.execute(new GetMe()).user().id()).isEqualTo(7_000_000_001L);
        assertThat(library.execute(new SetMyCommands(new BotCommand("start", "Begin")))
                        .isOk())
                .isTrue();
        assertThat(bot.commands()).contains("\"start\"");
        assertThat(library.execute(new GetWebhookInfo()).webhookInfo().url()).isEmpty();
        assertThat(library.execute(new DeleteWebhook()).isOk()).isTrue();
    }

    @Test
    void errorsAreReadWithTheirParameters() {
        bot.next("sendMessage", Fault.tooManyRequests(7));
        SendResponse tooMany = library.execute(new SendMessage(ANN, "hello"));
        assertThat(tooMany.errorCode()).isEqualTo(429);
        assertThat(tooMany.parameters().retryAfter()).isEqualTo(7);

        BaseResponse stranger = library("1:wrong").execute(new GetMe());
        assertThat(stranger.errorCode()).isEqualTo(401);
        assertThat(stranger.description()).isEqualTo("Unauthorized");
    }

    @Test
    void aPollerThatWasTerminatedPollsAgain() {
        listen(library);
        await().atMost(LIMIT).until(() -> !bot.polls().isEmpty());
        TelegramBot second = library(bot.token());
        listen(second);

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(bot.polls())
                        .extracting(Poll::outcome)
                        .startsWith(Poll.Outcome.CONFLICT, Poll.Outcome.CONFLICT));
        List<Poll> polls = bot.polls();
        assertThat(polls.get(1).poller()).isNotEqualTo(polls.get(0).poller());
        assertThat(polls.get(2).poller()).isEqualTo(polls.get(0).poller());
        second.removeGetUpdatesListener();
        second.shutdown();
    }

    private void listen(TelegramBot poller) {
        poller.setUpdatesListener(
                updates -> {
                    updates.forEach(this::answer);
                    return UpdatesListener.CONFIRMED_UPDATES_ALL;
                },
                conflict -> {},
                new GetUpdates().timeout(10));
    }

    private void answer(Update update) {
        if (update.callbackQuery() != null) {
            library.execute(new EditMessageText(
                    update.callbackQuery().from().id(),
                    update.callbackQuery().maybeInaccessibleMessage().messageId(),
                    "You said " + update.callbackQuery().data()));
            library.execute(new AnswerCallbackQuery(update.callbackQuery().id()).text("noted"));
        } else {
            long chat = update.message().chat().id();
            library.execute(new SendChatAction(chat, ChatAction.typing));
            library.execute(
                    new SendMessage(chat, "Hello, " + update.message().from().firstName())
                            .replyMarkup(new InlineKeyboardMarkup(
                                    new InlineKeyboardButton("Yes").callbackData("yes"),
                                    new InlineKeyboardButton("No").callbackData("no"))));
        }
    }
}
