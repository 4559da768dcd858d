package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.botfsm.Fsm;
import io.botfsm.flow.Flow;
import io.botfsm.lifecycle.BotRunner;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreProvider;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.EventId;
import io.botfsm.storage.ForwardingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorageProvider;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.Fault;
import io.botfsm.telegram.testing.ShownMessage;
import io.botfsm.telegram.testing.TelegramUser;
import io.botfsm.timeout.TimeoutHandler;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.InlineKeyboardMarkup;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.buttons.InlineKeyboardButton;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.buttons.InlineKeyboardRow;

/** Whole bots, from the double's users to the storage and back. */
@Timeout(120)
class TelegramRunnerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private enum Order {
        SIZE,
        ADDRESS,
        PLACED
    }

    private record Pizza(@Nullable String size, @Nullable String address) {}

    private static final Flow<String, String> PIZZA = pizza(Duration.ofHours(1));

    private static Flow<String, String> pizza(Duration patience) {
        return Flow.of(Order.class, new Pizza(null, null), f -> {
            f.idle("Send /order.").begin("/order"::equals, Order.SIZE);
            f.end("/cancel"::equals, "Nothing ordered.");
            f.state(Order.SIZE, s -> {
                s.ask("Small or large?").to(Order.ADDRESS);
                s.after(patience, turn -> turn.again("Are you still there?"));
                s.answer((turn, text) -> switch (text) {
                    case "small", "large" -> turn.data(new Pizza(text, null)).goTo(Order.ADDRESS);
                    case "poison" -> throw new IllegalArgumentException("poison");
                    default -> turn.again("I only know small and large.");
                });
            });
            f.state(Order.ADDRESS, s -> {
                s.ask(pizza -> "Where to with your " + pizza.size() + " one?").to(Order.PLACED);
                s.answer((turn, text) ->
                        turn.change(p -> new Pizza(p.size(), text)).goTo(Order.PLACED));
            });
            f.state(Order.PLACED, s -> s.ask(pizza -> "On its way to " + pizza.address() + "."));
        });
    }

    private final BotApiDouble telegram =
            BotApiDouble.builder().conflictPause(Duration.ofMillis(10)).start();
    private final TelegramUser ann = telegram.user(5_000_000_001L);
    private final MemoryStateStorage storage = new MemoryStateStorage();
    private final MemoryLeaseStore leases = new MemoryLeaseStore();
    private final List<Run> runs = new ArrayList<>();

    @AfterEach
    void close() {
        runs.forEach(Run::stop);
        telegram.close();
    }

    /** A bot on a thread of its own. */
    private record Run(TelegramRunner runner, CompletableFuture<Integer> status) {
        int stop() {
            runner.stop();
            return status.join();
        }
    }

    private Run start(TelegramRunner runner) {
        CompletableFuture<Integer> status = new CompletableFuture<>();
        Run run = new Run(runner, status);
        runs.add(run);
        new Thread(() -> {
                    try {
                        status.complete(runner.run());
                    } catch (Throwable e) {
                        status.completeExceptionally(e);
                    }
                })
                .start();
        return run;
    }

    private TelegramRunner runner() {
        return TelegramRunner.polling(BotToken.of(telegram.token()))
                .server(telegram.uri())
                .runnerSettings(BotRunner::withoutSignals);
    }

    private TelegramRunner pizzaBot() {
        return runner().flow(PIZZA, Texts.in(), Texts.out())
                .storage(storage, leases)
                .lock("pizza");
    }

    private static List<String> texts(List<ShownMessage> messages) {
        return messages.stream()
                .filter(ShownMessage::fromBot)
                .map(ShownMessage::text)
                .toList();
    }

    @Test
    void aPizzaIsOrderedAcrossARestartAndARedelivery() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always")) {
            Run first = start(onRedis(server));
            ann.says("/order");
            ann.awaitReply("Small or large?", PATIENCE);
            assertThat(first.stop()).isEqualTo(BotRunner.STOPPED);

            telegram.nextInChat(ann.id(), "sendMessage", 1, Fault.dropBefore());
            ann.says("small");
            Run second = start(onRedis(server));
            ann.awaitReply("Where to with your small one?", PATIENCE);
            ann.says("Elm Street");
            ann.awaitReply("On its way to Elm Street.", PATIENCE);
            assertThat(second.stop()).isEqualTo(BotRunner.STOPPED);
        }
        assertThat(texts(ann.messages()))
                .containsExactly("Small or large?", "Where to with your small one?", "On its way to Elm Street.");
    }

    /** As in a program: the connection is opened before the run, and closed after it. */
    private TelegramRunner onRedis(RedisServerProcess server) {
        BotRedis redis = LettuceRedis.connect(server.uri(1));
        return runner().flow(PIZZA, Texts.in(), Texts.out())
                .storage(redis)
                .lock("pizza")
                .runnerSettings(run -> run.thenClose("redis", Duration.ofSeconds(5), redis));
    }

    @Test
    void aTimeoutIsFiredAndItsWordsAreSent() throws Exception {
        Run run = start(runner().flow(pizza(Duration.ofMillis(500)), Texts.in(), Texts.out())
                .storage(storage, leases)
                .lock("pizza"));
        ann.says("/order");
        ann.awaitReply("Are you still there?", PATIENCE);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(texts(ann.messages()))
                        .containsExactly("Small or large?", "Are you still there?", "Small or large?"));
        ann.says("small");
        ann.awaitReply("Where to with your small one?", PATIENCE);
        assertThat(run.stop()).isEqualTo(BotRunner.STOPPED);
    }

    @Test
    void aHandlerAroundAFlowAnswersItselfOrLetsTheFlowAndItsTimeoutsAreFired() throws Exception {
        start(runner().flow(pizza(Duration.ofMillis(500)), Texts.in(), Texts.out(), WithHelp::new)
                .storage(storage, leases)
                .lock("pizza"));
        ann.says("/help");
        ann.awaitReply("Pizza.", PATIENCE);
        ann.says("/order");
        ann.awaitReply("Are you still there?", PATIENCE);
    }

    private record WithHelp(TelegramSender sender, UpdateHandler flow) implements UpdateHandler {
        @Override
        public void handle(Fsm fsm, StorageKey key, Update update) throws Exception {
            if (update.getMessage().getText().equals("/help")) {
                sender.send(update.getMessage().getChatId(), "Pizza.");
            } else {
                flow.handle(fsm, key, update);
            }
        }

        @Override
        public boolean isOutage(Throwable failure) {
            return flow.isOutage(failure);
        }
    }

    @Test
    void aHandlerThatFiresTimeoutsIsGivenThem() throws Exception {
        start(runner().handler(Reminder::new).storage(storage, leases).lock("reminder"));
        ann.says("hello");
        ann.awaitReply("Still there?", PATIENCE);
    }

    private record Reminder(TelegramSender sender) implements UpdateHandler, TimeoutHandler {
        @Override
        public void handle(Fsm fsm, StorageKey key, Update update) {
            var unused = fsm.handle(
                    key,
                    EventId.of(update.getUpdateId()),
                    turn -> turn.state("WAITING").timeout(Duration.ofMillis(100)));
        }

        @Override
        public boolean fire(Fsm fsm, StorageKey key, Instant deadline) throws Exception {
            var unused = fsm.handle(key, turn -> turn.clear());
            sender.send(Long.parseLong(key.chat()), "Still there?");
            return true;
        }
    }

    /** Its states would not be registered, and its timeouts not fired. */
    @Test
    void aFlowGivenAsAHandlerIsRefusedBeforeAnythingIsOpened() {
        TelegramRunner bot = runner().handler(sender -> UpdateHandler.of(PIZZA, Texts.in(), Texts.out(), sender))
                .storage(new Unopened())
                .lock("pizza");
        assertThatThrownBy(bot::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("use flow(…)");
    }

    private static final class Unopened implements StateStorageProvider, LeaseStoreProvider {
        @Override
        public StateStorage stateStorage() {
            throw new AssertionError("opened");
        }

        @Override
        public LeaseStore leaseStore() {
            throw new AssertionError("opened");
        }
    }

    /** One line of the log names the parts that are set up. */
    @Test
    void theLogSaysWhichPartsThereAre() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm.telegrambots");
        log.start();
        logger.addAppender(log);
        logger.setLevel(Level.INFO);
        try {
            Run run = start(pizzaBot());
            ann.says("/order");
            ann.awaitReply("Small or large?", PATIENCE);
            run.stop();
            TelegramRunner unnamed = runner().flow(PIZZA, Texts.in(), Texts.out())
                    .storage(new ForwardingStateStorage(storage) {}, leases)
                    .lock("pizza");
            unnamed.stop();
            start(unnamed).status().join();
        } finally {
            logger.setLevel(null);
            logger.detachAppender(log);
        }
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(
                        line -> line.matches(
                                "Bot \\d+ runs under lock pizza, with conversations in MemoryStateStorage; with an inbox; with timeouts"))
                .anyMatch(line -> line.matches(".* in TelegramRunnerTest\\$\\d+; with an inbox; with timeouts"));
    }

    /** The remark would be lost if the input were handled before it can be answered. */
    @Test
    void nothingIsHandledBeforeItCanBeAnswered() throws Exception {
        start(pizzaBot()
                .senderSettings(
                        sender -> sender.chatRate(1, Duration.ofSeconds(1)).waitTimeout(Duration.ZERO)));
        ann.says("/order");
        ann.awaitReply("Small or large?", PATIENCE);
        ann.says("medium");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(texts(ann.messages()))
                        .containsExactly("Small or large?", "I only know small and large.", "Small or large?"));
    }

    @Test
    void whoHasBlockedTheBotHoldsUpNothing() throws Exception {
        ann.says("/order");
        ann.blocks();
        telegram.user(2).says("/order");
        Run run = start(pizzaBot());
        telegram.user(2).awaitReply("Small or large?", PATIENCE);
        await().atMost(PATIENCE)
                .until(() -> storage.read(key(ann.id()))
                        .toCompletableFuture()
                        .join()
                        .state()
                        .isPresent());
        assertThat(run.stop()).isEqualTo(BotRunner.STOPPED);
        assertThat(telegram.unconfirmedUpdates()).isZero();
    }

    private StorageKey key(long user) {
        return StorageKey.bot(BotToken.of(telegram.token()).botId())
                .chat(user)
                .user(user)
                .build();
    }

    @Test
    void aPoisonedInputIsADeadLetter() throws Exception {
        List<DeadLetter> dead = new CopyOnWriteArrayList<>();
        start(pizzaBot().onDeadLetter(dead::add).pollingSettings(polling -> polling.attempts(1)));
        ann.says("/order");
        ann.says("poison");
        await().atMost(PATIENCE).until(() -> !dead.isEmpty());

        assertThat(dead)
                .singleElement()
                .extracting(DeadLetter::failure)
                .hasToString("java.lang.IllegalArgumentException: poison");
    }

    @Test
    void buttonsArePressedAndAnswered() throws Exception {
        ReplyFormat<String> withButtons = (to, text) -> {
            SendMessage message = to.message(text);
            message.setReplyMarkup(new InlineKeyboardMarkup(List.of(new InlineKeyboardRow(InlineKeyboardButton.builder()
                    .text("Small")
                    .callbackData("small")
                    .build()))));
            return message;
        };
        Function<Update, Optional<String>> in = update -> update.hasCallbackQuery()
                ? Optional.of(update.getCallbackQuery().getData())
                : Texts.in().apply(update);
        start(runner().flow(PIZZA, in, withButtons).storage(storage, leases).lock("pizza"));
        ann.says("/order");
        ann.awaitReply("Small or large?", PATIENCE);
        ann.presses("Small");
        ann.awaitReply("Where to with your small one?", PATIENCE);

        await().atMost(PATIENCE)
                .until(() -> telegram.requests().stream()
                        .anyMatch(request ->
                                request.method().equalsIgnoreCase("answerCallbackQuery") && request.status() == 200));
    }

    @Test
    void repliesGoToTheTopicThatTheUserWroteIn() throws Exception {
        start(runner().flow(PIZZA, Texts.in("@Pizza_bot"), Texts.out())
                .storage(storage, leases)
                .lock("pizza"));
        for (String text : List.of("/order@other_bot", "/order@pizza_bot")) {
            telegram.deliver("{\"message\": {\"text\": \"" + text + "\", \"message_thread_id\": 9,"
                    + " \"is_topic_message\": true, \"chat\": {\"id\": -100, \"type\": \"supergroup\", \"title\": \"G\"},"
                    + " \"from\": {\"id\": 5, \"is_bot\": false, \"first_name\": \"E\"}}}");
        }
        await().atMost(PATIENCE).until(() -> telegram.messages(-100).stream().anyMatch(ShownMessage::fromBot));

        assertThat(telegram.messages(-100).stream().filter(ShownMessage::fromBot))
                .singleElement()
                .matches(reply ->
                        reply.text().equals("Small or large?") && reply.thread().equals(Optional.of(9L)));
    }

    @Test
    void aHandlerIsGivenTheSender() throws Exception {
        start(runner().handler(sender -> (fsm, key, update) -> {
                    var unused = fsm.handle(key, EventId.of(update.getUpdateId()), turn -> "");
                    sender.send(
                            Long.parseLong(key.chat()),
                            "echo: " + update.getMessage().getText());
                })
                .storage(storage, leases)
                .lock("echo"));
        ann.says("hello");
        ann.awaitReply("echo: hello", PATIENCE);
    }

    @Test
    void whereAnotherIsActiveItEndsAtOnceOrStandsBy() throws Exception {
        Run active = start(pizzaBot());
        ann.says("/order");
        ann.awaitReply("Small or large?", PATIENCE);
        assertThat(start(pizzaBot()).status().join()).isEqualTo(BotRunner.ANOTHER_IS_ACTIVE);

        Run standby = start(pizzaBot().standby());
        assertThat(active.stop()).isEqualTo(BotRunner.STOPPED);
        ann.says("small");
        ann.awaitReply("Where to with your small one?", PATIENCE);
        assertThat(standby.stop()).isEqualTo(BotRunner.STOPPED);
        // storages that were passed in are not closed
        assertThat(storage.write(key(9), Mutation.builder().state("Order:SIZE").build()))
                .succeedsWithin(PATIENCE);
    }

    @Test
    void settingsThatDoNotApplyToABotOfAnotherRunnerAreRefused() {
        Fsm fsm = PIZZA.register(Fsm.builder(storage)).build();
        BotToken token = BotToken.of(telegram.token());
        TelegramSender sender = TelegramSender.builder(new DefaultTelegramClient(token, telegram.uri()).client())
                .build();
        Map<String, UnaryOperator<TelegramRunner>> settings = Map.of(
                "storage(…)", runner -> runner.storage(storage, leases),
                "lock(…)", runner -> runner.lock("pizza"),
                "fsmSettings(…)", runner -> runner.fsmSettings(each -> {}),
                "lockSettings(…)", runner -> runner.lockSettings(each -> {}),
                "runnerSettings(…) or standby()", TelegramRunner::standby,
                "senderSettings(…)", runner -> runner.senderSettings(each -> {}),
                "webhookSettings(…)", runner -> runner.webhookSettings(each -> {}));
        settings.forEach((name, setting) -> {
            TelegramRunner set = setting.apply(TelegramRunner.polling(token).flow(PIZZA, Texts.in(), Texts.out()));
            assertThatIllegalStateException()
                    .isThrownBy(() -> set.bot(fsm, sender))
                    .withMessageStartingWith(name);
        });
        assertThatIllegalStateException()
                .isThrownBy(() -> TelegramRunner.webhook(token, "secret")
                        .flow(PIZZA, Texts.in(), Texts.out())
                        .bot(fsm, sender))
                .withMessageContaining("webhook");
        assertThatIllegalStateException()
                .isThrownBy(() -> TelegramRunner.polling(token)
                        .flow(PIZZA, Texts.in(), Texts.out())
                        .bot(Fsm.of(storage), sender))
                .withMessageContaining("Order:SIZE");
    }

    @Test
    void whatIsMissingOrContradictsIsSaidBeforeAnythingRuns() throws Exception {
        assertThatThrownBy(() -> runner().run()).hasMessage("a TelegramRunner needs flow(…) or handler(…)");
        TelegramRunner flow = runner().flow(PIZZA, Texts.in(), Texts.out());
        assertThatThrownBy(flow::run).hasMessage("a TelegramRunner needs storage(…)");
        assertThatThrownBy(() -> flow.storage(storage, leases).run()).hasMessage("a TelegramRunner needs lock(…)");
        assertThatThrownBy(() -> flow.handler(sender -> (fsm, key, update) -> {}))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() ->
                        pizzaBot().server(URI.create("http://localhost:1/path")).run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("client(…)");
        assertThatThrownBy(() -> pizzaBot().server(URI.create("localhost:8081")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("localhost:8081");
        assertThatThrownBy(() -> pizzaBot().lock("").run()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pizzaBot().webhookSettings(webhook -> {}).run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("webhookSettings(…) is for a bot with a webhook");
        assertThat(telegram.requests()).isEmpty();
    }

    /** A turn that waits for the rate limit has stored nothing, and is left to the next instance. */
    @Test
    void aStopDoesNotWaitForThePaceOfAChat() throws Exception {
        Run run = start(pizzaBot()
                .senderSettings(
                        sender -> sender.chatRate(1, Duration.ofMinutes(5)).waitTimeout(Duration.ofMinutes(5))));
        ann.says("/order");
        ann.awaitReply("Small or large?", PATIENCE);
        ann.says("small");
        await().atMost(PATIENCE).until(() -> telegram.polls().size() > 2);
        assertThat(run.stop()).isEqualTo(BotRunner.STOPPED);

        start(pizzaBot());
        ann.awaitReply("Where to with your small one?", PATIENCE);
    }

    /** The storage offers no more deadlines when timeouts are to be started. */
    @Test
    void aBotWhoseTimeoutsCannotStartIsStoppedInOrder() throws Exception {
        AtomicBoolean isGone = new AtomicBoolean();
        StateStorage changing = new ForwardingStateStorage(storage) {
            @Override
            public <T> Optional<T> extension(Class<T> type) {
                return type == DeadlineQueue.class && isGone.get() ? Optional.empty() : super.extension(type);
            }
        };
        Run run = start(runner().flow(PIZZA, Texts.in(), Texts.out())
                .storage(changing, leases)
                .lock("pizza")
                .timeoutSettings(timeouts -> isGone.set(true)));
        assertThat(run.status().join()).isEqualTo(BotRunner.FAILED);

        start(pizzaBot()); // the lock was released
        ann.says("/order");
        ann.awaitReply("Small or large?", PATIENCE);
    }

    /** A busy chat is not a failure of its timeout. */
    @Test
    void aTimeoutOfAChatThatTakesNothingIsLeftAsItIs() throws Exception {
        TelegramSender busy = TelegramSender.builder(OkHttpClients.of(telegram))
                .chatRate(1, Duration.ofMinutes(5))
                .waitTimeout(Duration.ZERO)
                .build();
        Fsm fsm = PIZZA.fsm(storage);
        var unused = PIZZA.handle(fsm, key(ann.id()), EventId.of(1), "/order");
        Optional<Instant> deadline =
                storage.read(key(ann.id())).toCompletableFuture().join().deadline();
        assertThat(busy.send(ann.id(), "hello")).isPresent();

        TimeoutHandler timeouts = (TimeoutHandler) UpdateHandler.of(PIZZA, Texts.in(), Texts.out(), busy);
        timeouts.fire(fsm, key(ann.id()), deadline.orElseThrow());
        assertThat(storage.read(key(ann.id())).toCompletableFuture().join().deadline())
                .isEqualTo(deadline);
        assertThat(texts(ann.messages())).containsExactly("hello");
    }

    @Test
    void itRunsOnceAndAStopBeforeTheRunCounts() throws Exception {
        TelegramRunner runner = pizzaBot();
        runner.stop();
        assertThat(runner.run()).isEqualTo(BotRunner.STOPPED);
        assertThatThrownBy(runner::run).hasMessageContaining("runs only once");
        assertThat(telegram.polls()).isEmpty();
    }

    /** Without telegrambots-client on the class path. */
    @Test
    void withoutAClientItSaysWhatToAdd() throws Exception {
        List<URL> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(System.getProperty("path.separator"), 0)) {
            if (!entry.contains("telegrambots-client") && !entry.contains("okhttp")) {
                classPath.add(Path.of(entry).toUri().toURL());
            }
        }
        try (URLClassLoader without =
                new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Runnable program = (Runnable) without.loadClass(WithoutClient.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();
            assertThatThrownBy(program::run)
                    .hasToString("java.lang.IllegalStateException: there is no client to send with: add"
                            + " org.telegram:telegrambots-client to the program, or set a client(…)");
        }
    }

    /** Runs in a class loader of its own. */
    public static final class WithoutClient implements Runnable {
        @Override
        public void run() {
            var unused = TelegramRunner.polling(BotToken.of("7:secret"))
                    .flow(PIZZA, Texts.in(), Texts.out())
                    .storage(new MemoryStateStorage(), new MemoryLeaseStore())
                    .lock("pizza")
                    .run();
        }
    }
}
