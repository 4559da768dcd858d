package io.botfsm.examples.snippets;

import static io.botfsm.examples.snippets.FlowsTest.PIZZA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.botfsm.Conversation;
import io.botfsm.Fsm;
import io.botfsm.Turn;
import io.botfsm.flow.Flow;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.EventId;
import io.botfsm.storage.FsmStrategy;
import io.botfsm.storage.StorageKey;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.Fault;
import io.botfsm.telegram.testing.TelegramUser;
import io.botfsm.telegrambots.BotToken;
import io.botfsm.telegrambots.DeadLetter;
import io.botfsm.telegrambots.PollingConflict;
import io.botfsm.telegrambots.PollingSession;
import io.botfsm.telegrambots.ReplyFormat;
import io.botfsm.telegrambots.TelegramRunner;
import io.botfsm.telegrambots.TelegramSender;
import io.botfsm.telegrambots.Texts;
import io.botfsm.telegrambots.UpdateHandler;
import io.botfsm.telegrambots.UpdateKeys;
import io.botfsm.telegrambots.WebhookHandler;
import io.botfsm.telegrambots.WebhookResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.telegram.telegrambots.client.okhttp.OkHttpTelegramClient;
import org.telegram.telegrambots.meta.TelegramUrl;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.api.methods.updates.SetWebhook;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.api.objects.message.Message;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.InlineKeyboardMarkup;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.buttons.InlineKeyboardButton;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.buttons.InlineKeyboardRow;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.generics.TelegramClient;

/** A bot on Telegram, in ten lines. */
@Timeout(120)
class TelegramTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<DeadLetter> kept = new CopyOnWriteArrayList<>();
    private final List<PollingConflict> alerts = new CopyOnWriteArrayList<>();

    // snippet: telegram-runner
    static int pizzaBot(TelegramRunner telegram, String redisUri) {
        try (BotRedis redis = LettuceRedis.connect(redisUri)) { // redis://localhost:6379/1
            return telegram.flow(PIZZA, Texts.in(), Texts.out()) // what the bot hears, and how it says it
                    .storage(redis)
                    .lock("pizza-bot") // of all instances of this bot
                    .run();
        }
    }
    // end

    // snippet: telegram-bot
    static int run(BotToken token, BotRedis redis, PollingSession.Builder polling, UpdateHandler bot) {
        Fsm fsm = Fsm.of(redis.stateStorage());
        String name = "counting-bot-" + token.botId(); // another bot on the same Redis has another lock
        return BotRunner.of(InstanceLock.builder(redis.leaseStore(), name).build())
                .standby() // or leave it out: then a second instance ends at once, with status 75
                .thenClose("redis", Duration.ofSeconds(5), redis)
                .run(lease -> polling.allowedUpdates(List.of("message")).start(lease, fsm, bot));
    }
    // end

    // snippet: telegram-handler
    static class CountingBot implements UpdateHandler {
        private final TelegramSender telegram;

        CountingBot(TelegramSender telegram) {
            this.telegram = telegram;
        }

        @Override
        public void handle(Fsm fsm, StorageKey key, Update update) throws TelegramApiException {
            if (update.hasMessage()) { // of any content; kinds asked for earlier may still come
                String reply = fsm.handle(key, EventId.of(update.getUpdateId()), turn -> count(turn))
                        .orElse(now -> soFar(now)); // redelivered: the reply may not have got out
                telegram.send(update.getMessage().getChatId(), reply);
            }
        }

        private static String count(Turn turn) {
            turn.put("messages", turn.value("messages", Integer.class).orElse(0) + 1);
            return soFar(turn);
        }

        private static String soFar(Conversation now) {
            return "Messages so far: " + now.value("messages", Integer.class).orElse(0);
        }
    }
    // end

    private final class CautiousBot extends CountingBot {
        CautiousBot(TelegramSender telegram) {
            super(telegram);
        }

        // snippet: telegram-failures
        @Override
        public boolean isOutage(Throwable failure) { // while all conversations fail, attempts do not count
            return failure instanceof TelegramApiException;
        }

        @Override
        public void onDeadLetter(DeadLetter letter) {
            keep(letter);
        }
        // end
    }

    private PollingSession.Builder configured(BotToken token) {
        // snippet: telegram-settings
        PollingSession.Builder polling = PollingSession.builder(token)
                .strategy(FsmStrategy.USER_IN_TOPIC)
                .allowedUpdates(List.of("message")) // all kinds by default
                .attempts(8) // 5 by default
                .inbox() // none by default: one slow update holds up all but 99 behind it
                .threads(32) // 16 by default; without an inbox, that many hanging handlers stop everybody
                .handlerTimeout(Duration.ofSeconds(30)) // never by default
                .onConflict(conflict -> alert(conflict));
        // end
        return polling;
    }

    private void keep(DeadLetter letter) {
        kept.add(letter);
    }

    private void alert(PollingConflict conflict) {
        alerts.add(conflict);
    }

    @Test
    void countsAcrossRestarts() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
                BotApiDouble telegram = BotApiDouble.start()) {
            TelegramUser alice = telegram.user(42);
            for (int i = 1; i <= 2; i++) {
                String expected = "Messages so far: " + i;
                Running bot = Running.start(() -> run(
                        BotToken.of(telegram.token()),
                        LettuceRedis.connect(server.uri(1)),
                        configured(BotToken.of(telegram.token())).server(telegram.uri()),
                        new CautiousBot(TelegramSender.of(client(telegram)))));
                alice.says("hello");
                assertThat(alice.awaitReplies(1, PATIENCE))
                        .extracting(message -> message.text())
                        .containsExactly(expected);
                assertThat(bot.stop()).isZero();
                await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
            }
        }
        assertThat(kept).isEmpty();
        assertThat(alerts).isEmpty();
    }

    @Test
    void takesEveryKindOfUpdateAndChat() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
                BotApiDouble telegram = BotApiDouble.start()) {
            TelegramUser alice = telegram.user(42);
            TelegramUser blocking = telegram.user(43);
            BotToken token = BotToken.of(telegram.token());
            blocking.says("hello");
            blocking.blocks();
            alice.says("hello");
            alice.edits(alice.messages().get(0).messageId(), "good morning");
            telegram.deliver("{\"message\": {\"chat\": {\"id\": 42, \"type\": \"private\"}, \"from\": {\"id\": 42,"
                    + " \"is_bot\": false, \"first_name\": \"A\"}, \"sticker\": {\"file_id\": \"x\"}}}");
            telegram.deliver("{\"callback_query\": {\"id\": \"1\", \"from\": {\"id\": 42, \"is_bot\": false,"
                    + " \"first_name\": \"A\"}, \"data\": \"x\"}}");
            Running bot = Running.start(() -> run(
                    token,
                    LettuceRedis.connect(server.uri(1)),
                    PollingSession.builder(token).server(telegram.uri()).attempts(1),
                    new CautiousBot(TelegramSender.of(client(telegram)))));

            alice.awaitReply("Messages so far: 2", PATIENCE);
            await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
            assertThat(bot.stop()).isZero();
        }
        assertThat(kept).isEmpty();
    }

    /** Telegram fails, answers get lost, another polls, and Redis is killed in between: each message counts once. */
    @Test
    void countsOnceWhateverFails() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
                BotApiDouble telegram = BotApiDouble.start()) {
            BotToken token = BotToken.of(telegram.token());
            TelegramUser alice = telegram.user(42);
            telegram.next("getUpdates", Fault.badGateway());
            telegram.next("getUpdates", Fault.dropAfter());
            telegram.next("getUpdates", Fault.status(409, "Conflict: terminated by other getUpdates request"));
            telegram.next("sendMessage", 2, Fault.badGateway());
            alice.says("hello");
            Running bot = Running.start(() -> run(
                    token,
                    LettuceRedis.connect(server.uri(1)),
                    configured(token).server(telegram.uri()),
                    new CautiousBot(TelegramSender.of(client(telegram)))));
            alice.awaitReply("Messages so far: 1", PATIENCE);
            assertThat(alerts).hasSize(1);

            server.kill();
            alice.says("hello again");
            server.startAgain();
            alice.awaitReply("Messages so far: 2", PATIENCE);
            await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
            assertThat(bot.stop()).isZero();
            assertThat(alice.messages())
                    .extracting(message -> message.text())
                    .filteredOn(text -> text.startsWith("Messages so far"))
                    .containsExactly("Messages so far: 1", "Messages so far: 2");
        }
        assertThat(kept).isEmpty();
    }

    @Test
    void whatTelegramWillNotSendIsADeadLetterAndConfirmed() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
                BotApiDouble telegram = BotApiDouble.start()) {
            BotToken token = BotToken.of(telegram.token());
            telegram.next("sendMessage", Fault.status(400, "Bad Request: message text is empty"));
            telegram.user(42).says("hello");
            Running bot = Running.start(() -> run(
                    token,
                    LettuceRedis.connect(server.uri(1)),
                    PollingSession.builder(token).server(telegram.uri()).attempts(1),
                    new CautiousBot(TelegramSender.of(client(telegram)))));
            await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
            assertThat(bot.stop()).isZero();
        }
        assertThat(kept).hasSize(1);
    }

    @Test
    void sendsAtItsPaceAndInParts() throws Exception {
        try (BotApiDouble telegram = BotApiDouble.start()) {
            TelegramUser alice = telegram.user(42);
            TelegramClient client = client(telegram);
            // snippet: telegram-sender
            TelegramSender sender = TelegramSender.builder(client)
                    .rate(30, Duration.ofSeconds(1)) // these are the defaults
                    .chatRate(5, Duration.ofSeconds(5))
                    .groupRate(20, Duration.ofMinutes(1))
                    .waitTimeout(Duration.ofSeconds(5))
                    .build();
            Optional<Message> sent = sender.send(42, "Hello"); // empty: the user has blocked the bot
            // end
            assertThat(sent).isPresent();
            assertThat(sender.send(42, "a".repeat(4096) + "b")).isPresent();
            alice.blocks();
            assertThat(sender.send(42, "not read")).isEmpty();
            assertThat(alice.messages())
                    .extracting(message -> message.text())
                    .containsExactly("Hello", "a".repeat(4096), "b");
        }
    }

    @Test
    void aPizzaIsOrderedWhileRedisIsKilled() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
                BotApiDouble telegram = BotApiDouble.start()) {
            TelegramUser alice = telegram.user(42);
            Running bot = Running.start(() -> pizzaBot(
                    TelegramRunner.polling(BotToken.of(telegram.token())).server(telegram.uri()), server.uri(1)));
            alice.says("/order");
            alice.awaitReply("Small or large?", PATIENCE);
            server.kill();
            alice.says("small");
            server.startAgain();
            alice.awaitReply("Where to with your small one?", PATIENCE);
            await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
            assertThat(bot.stop()).isZero();
        }
    }

    // snippet: telegram-question
    /** What the bot says: a text, the state that asks, and a button for each answer. */
    record Question(String text, String state, List<String> answers) {}

    /** What the bot hears: a text, or a button of the question that a state has asked. */
    record Answer(String text, Optional<String> questionOf) {}
    // end

    @Test
    void buttons() throws Exception {
        // snippet: telegram-buttons
        Function<Update, Optional<Answer>> in = update -> {
            if (update.hasCallbackQuery()) { // a button was pressed
                String[] data = update.getCallbackQuery().getData().split("=", 2);
                return Optional.of(new Answer(data[1], Optional.of(data[0])));
            }
            return Texts.in().apply(update).map(text -> new Answer(text, Optional.empty()));
        };
        ReplyFormat<Question> out = (to, question) -> {
            SendMessage message = to.message(question.text());
            List<InlineKeyboardButton> buttons = question.answers().stream()
                    .<InlineKeyboardButton>map(answer -> InlineKeyboardButton.builder()
                            .text(answer)
                            .callbackData(question.state() + "=" + answer)
                            .build())
                    .toList();
            if (!buttons.isEmpty()) {
                message.setReplyMarkup(InlineKeyboardMarkup.builder()
                        .keyboardRow(new InlineKeyboardRow(buttons))
                        .build());
            }
            return message;
        };
        // end
        try (BotApiDouble telegram = BotApiDouble.start()) {
            TelegramUser alice = telegram.user(42);
            Flow<Answer, Question> flow = Flow.of(Size.class, new Chosen(null), f -> {
                f.idle(new Question("Again?", "", List.of()));
                f.answers(Answer::questionOf, new Question("Too late.", "", List.of()));
                f.begin(answer -> answer.text().equals("begin"), Size.CHOICE);
                f.state(Size.CHOICE, s -> {
                    s.ask((chosen, now) -> new Question("Size?", now.state().orElse(""), List.of("small", "large")));
                    s.to(Size.DONE)
                            .answer((turn, answer) ->
                                    turn.data(new Chosen(answer.text())).goTo(Size.DONE));
                });
                f.state(Size.DONE, s -> s.ask(chosen -> new Question("So " + chosen.size() + ".", "", List.of())));
            });
            TelegramRunner runner = TelegramRunner.polling(BotToken.of(telegram.token()))
                    .server(telegram.uri())
                    .flow(flow, in, out)
                    .storage(new MemoryStateStorage(), new MemoryLeaseStore())
                    .lock("sizes");
            Running bot = Running.start(runner::run);
            alice.says("begin");
            alice.awaitReply("Size?", PATIENCE);
            telegram.next("sendMessage", Fault.badGateway());
            alice.presses("small");
            alice.awaitReply("So small.", PATIENCE);
            alice.presses("large");
            alice.awaitReply("Too late.", PATIENCE);
            assertThat(bot.stop()).isZero();
        }
    }

    private enum Size {
        CHOICE,
        DONE
    }

    private record Chosen(@Nullable String size) {}

    @Test
    void aWebhook() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
                BotRedis redis = LettuceRedis.connect(server.uri(1));
                BotApiDouble telegram = BotApiDouble.builder()
                        .webhookRetryPause(Duration.ofMillis(50))
                        .start()) {
            BotToken token = BotToken.of(telegram.token());
            TelegramClient client = client(telegram);
            String secret = "set-by-setWebhook";
            TelegramRunner bot = TelegramRunner.webhook(token, secret).server(telegram.uri());
            // snippet: telegram-webhook
            WebhookHandler webhook = bot.flow(PIZZA, Texts.in(), Texts.out())
                    .storage(redis) // instances take turns in it
                    .start();

            HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            http.setExecutor(Executors.newFixedThreadPool(100));
            http.createContext("/telegram", exchange -> {
                try (exchange) {
                    WebhookResponse response =
                            webhook.handle(exchange.getRequestHeaders()::getFirst, exchange.getRequestBody());
                    response.retryAfter()
                            .ifPresent(wait -> exchange.getResponseHeaders().set("Retry-After", "" + wait.toSeconds()));
                    exchange.sendResponseHeaders(response.status(), -1);
                }
            });
            http.start();
            // end
            SetWebhook set =
                    new SetWebhook("http://127.0.0.1:" + http.getAddress().getPort() + "/telegram");
            set.setSecretToken(secret);
            client.execute(set);
            TelegramUser alice = telegram.user(42);
            alice.says("/order");
            alice.awaitReply("Small or large?", PATIENCE);
            telegram.next("sendMessage", Fault.badGateway());
            alice.says("small"); // is redelivered, and known
            alice.awaitReply("Where to with your small one?", PATIENCE);
            await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
            // snippet: telegram-webhook-stop
            webhook.close(); // 503 from now on: Telegram delivers to another instance, or later; what runs ends
            http.stop(0);
            // end
        }
    }

    @Test
    void keysWithoutConnections() throws Exception {
        BotToken token = BotToken.of("7:secret");
        // snippet: telegram-keys
        UpdateKeys keys = UpdateKeys.of(token.botId(), FsmStrategy.USER_IN_CHAT)
                .withSenderChats() // channels and anonymous administrators that write in a group
                .withoutBusinessConnections(); // as a bot written with aiogram, unless it chose otherwise
        PollingSession.Builder polling = PollingSession.builder(token).keys(keys::key);
        // end
        assertThat(polling).isNotNull();
        Update update = new ObjectMapper()
                .readValue(
                        "{\"update_id\": 1, \"business_message\": {\"chat\": {\"id\": 42, \"type\": \"private\"},"
                                + " \"from\": {\"id\": 42, \"is_bot\": false, \"first_name\": \"A\"},"
                                + " \"business_connection_id\": \"bc\"}}",
                        Update.class);
        assertThat(keys.key(update))
                .hasValue(StorageKey.bot(7).chat(42).user(42).build());
        Update updateOfNobody = new ObjectMapper()
                .readValue(
                        "{\"update_id\": 1, \"channel_post\": {\"chat\": {\"id\": -100, \"type\": \"channel\"}}}",
                        Update.class);
        assertThat(keys.key(updateOfNobody)).isEmpty();
    }

    private static TelegramClient client(BotApiDouble telegram) {
        return new OkHttpTelegramClient(
                telegram.token(),
                TelegramUrl.builder()
                        .schema("http")
                        .host("127.0.0.1")
                        .port(telegram.port())
                        .build());
    }

    /** A bot on its own thread; an interrupt stops it in order. */
    private record Running(Thread thread, CompletableFuture<Integer> status) {
        static Running start(java.util.function.IntSupplier bot) {
            CompletableFuture<Integer> status = new CompletableFuture<>();
            Thread thread = new Thread(() -> status.complete(bot.getAsInt()), "bot");
            thread.start();
            return new Running(thread, status);
        }

        int stop() {
            thread.interrupt();
            return status.join();
        }
    }
}
