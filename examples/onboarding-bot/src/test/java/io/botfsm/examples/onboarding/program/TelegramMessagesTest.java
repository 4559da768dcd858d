package io.botfsm.examples.onboarding.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.botfsm.Fsm;
import io.botfsm.examples.onboarding.OnboardingFlow;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.Fault;
import io.botfsm.telegram.testing.ShownMessage;
import io.botfsm.telegram.testing.TelegramUser;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.TelegramSender;
import io.botfsm.telegrambots.UpdateHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.telegram.telegrambots.client.okhttp.OkHttpTelegramClient;
import org.telegram.telegrambots.meta.TelegramUrl;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;

/** How the bot handles updates and Telegram's responses. */
@Timeout(60)
class TelegramMessagesTest {
    private static final StorageKey KEY = StorageKey.bot(7).chat(42).user(42).build();

    private final BotApiDouble telegram = BotApiDouble.start();
    private final TelegramUser alice = telegram.user(42);
    private final MemoryStateStorage storage = new MemoryStateStorage();
    private final Fsm fsm = OnboardingFlow.FLOW.fsm(storage);
    private final TelegramSender sender = TelegramSender.builder(new OkHttpTelegramClient(
                    telegram.token(),
                    TelegramUrl.builder()
                            .schema("http")
                            .host("127.0.0.1")
                            .port(telegram.port())
                            .build()))
            .chatRate(1_000, Duration.ofSeconds(1))
            .build();
    private final TelegramBot bot = new TelegramBot(
            sender, UpdateHandler.of(OnboardingFlow.FLOW, TelegramBot::input, TelegramBot::message, sender));
    private int updates;
    private long chat = 42;

    @AfterEach
    void close() {
        telegram.close();
    }

    /** An instance that waits for another, or ends because of it, leaves the menu alone. */
    @Test
    void theActiveInstanceAloneShowsItsCommands() throws Exception {
        MemoryLeaseStore leases = new MemoryLeaseStore();
        TelegramRunner active = runner(leases);
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(active::run);
        await().until(() -> timesShown() == 1);
        assertThat(runner(leases).run()).isEqualTo(BotRunner.ANOTHER_IS_ACTIVE);
        active.stop();
        assertThat(status.join()).isEqualTo(BotRunner.STOPPED);

        TelegramRunner next = runner(leases);
        status = CompletableFuture.supplyAsync(next::run);
        await().until(() -> timesShown() >= 2);
        next.stop();
        assertThat(status.join()).isEqualTo(BotRunner.STOPPED);
        assertThat(timesShown()).isEqualTo(2);
    }

    private TelegramRunner runner(MemoryLeaseStore leases) {
        return TelegramBot.polling(BotToken.of(telegram.token()))
                .server(telegram.uri())
                .runnerSettings(BotRunner::withoutSignals)
                .storage(storage, leases)
                .lock("menu");
    }

    private long timesShown() {
        return telegram.requests().stream()
                .filter(request -> request.method().equalsIgnoreCase("setMyCommands"))
                .count();
    }

    private void handle(String kind, String content) throws Exception {
        bot.handle(
                fsm,
                KEY,
                new ObjectMapper()
                        .readValue(
                                "{\"update_id\": " + ++updates + ", \"" + kind
                                        + "\": {\"chat\": {\"id\": " + chat
                                        + ", \"type\": \"private\"}, \"from\": {\"id\": 42,"
                                        + " \"is_bot\": false, \"first_name\": \"A\"}, " + content + "}}",
                                Update.class));
    }

    private void say(String text) throws Exception {
        handle("message", "\"text\": \"" + text + "\"");
    }

    @Test
    void theQuestionAfterManyInterestsHasItsButtons() throws Exception {
        alice.says("hello");
        for (String text : List.of("/start", "Alice", "31", "Paris")) {
            say(text);
        }
        for (int i = 0; i < 20; i++) {
            say(String.valueOf((char) ('a' + i)).repeat(50));
        }
        List<ShownMessage> replies = alice.replies();
        assertThat(replies.get(replies.size() - 1).buttons())
                .extracting(button -> button.text())
                .contains("yes", "no");
    }

    @Test
    void onlyMessagesAndButtonsAreAnswered() throws Exception {
        alice.says("hello");
        handle("edited_message", "\"text\": \"/start\"");
        assertThat(alice.replies()).isEmpty();
        handle("message", "\"date\": 1"); // without a text
        assertThat(alice.replies()).isNotEmpty();
    }

    @Test
    void aChatThatCannotBeReachedIsLeft() throws Exception {
        chat = 4711; // which Telegram does not know
        say("/start");
        chat = 42;
        alice.says("hello");
        alice.blocks();
        say("/start");
        assertThat(alice.replies()).isEmpty();
        assertThat(telegram.requests()).extracting(request -> request.status()).contains(400, 403);
    }

    @Test
    void aConversationThatCannotBeReadIsToldHowToGoOn() throws Exception {
        alice.says("hello");
        storage.write(
                        KEY,
                        Mutation.builder()
                                .state("Onboarding:CITY")
                                .put("Onboarding:age", "[\"no number\"]")
                                .build())
                .toCompletableFuture()
                .join();
        say("Paris");
        assertThat(alice.replies())
                .extracting(ShownMessage::text)
                .containsExactly("Sorry, I have lost the thread. Send /start to begin anew.");
        say("/start");
        assertThat(alice.replies()).extracting(ShownMessage::text).contains("What is your name?");
    }

    @Test
    void whatIsNiceToHaveMayFail() throws Exception {
        alice.says("hello");
        telegram.next("answerCallbackQuery", Fault.tooManyRequests(1));
        handle(
                "callback_query",
                "\"id\": \"1\", \"data\": \"x\", \"message\": {\"message_id\": 1, \"date\": 1,"
                        + " \"chat\": {\"id\": 42, \"type\": \"private\"}}");
        assertThat(alice.replies()).isNotEmpty();
        assertThat(telegram.requests()).extracting(request -> request.status()).contains(429);
    }

    @Test
    void whatElseIsRefusedFails() {
        alice.says("hello");
        telegram.next("sendMessage", Fault.status(400, "Bad Request: message is too long"));
        assertThatThrownBy(() -> say("/start")).isInstanceOf(TelegramApiRequestException.class);
    }
}
