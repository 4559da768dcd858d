package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.botfsm.flow.Flow;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.ShownMessage;
import io.botfsm.telegram.testing.TelegramUser;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.methods.updates.SetWebhook;

/** Whole bots behind a webhook, from the double's users to Redis and back. */
@Timeout(120)
class TelegramRunnerWebhookTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SECRET = "secret";

    private enum Order {
        SIZE,
        ADDRESS
    }

    private record Pizza(@Nullable String size) {}

    private final CountDownLatch slow = new CountDownLatch(1);
    private final Flow<String, String> pizza = Flow.of(Order.class, new Pizza(null), f -> {
        f.idle("Send /order.").begin("/order"::equals, Order.SIZE);
        f.state(Order.SIZE, s -> {
            s.ask("Small or large?").to(Order.ADDRESS);
            s.after(Duration.ofSeconds(1), turn -> turn.again("Are you still there?"));
            s.answer((turn, text) -> turn.data(new Pizza(text)).goTo(Order.ADDRESS));
        });
        f.state(Order.ADDRESS, s -> {
            s.ask(pizza -> "Where to with your " + pizza.size() + " one?").ends();
            s.answer((turn, text) -> {
                awaitUninterruptibly();
                return turn.end("On its way to " + text + ".");
            });
        });
    });

    private final RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
    private final BotRedis redis = LettuceRedis.connect(server.uri(1));
    private final BotApiDouble telegram =
            BotApiDouble.builder().webhookRetryPause(Duration.ofMillis(50)).start();
    private final TelegramUser ann = telegram.user(42);

    @AfterEach
    void close() {
        telegram.close();
        redis.close();
        server.close();
    }

    private void awaitUninterruptibly() {
        try {
            slow.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private TelegramRunner runner() {
        return TelegramRunner.webhook(BotToken.of(telegram.token()), SECRET)
                .server(telegram.uri())
                .flow(pizza, Texts.in(), Texts.out())
                .storage(redis);
    }

    private void setWebhook(WebhookServer http) throws Exception {
        SetWebhook set = new SetWebhook(http.uri().toString());
        set.setSecretToken(SECRET);
        OkHttpClients.of(telegram).execute(set);
    }

    @Test
    void aConversationGoesOnAtAnotherInstanceAndItsTimeoutsAreFired() throws Exception {
        slow.countDown();
        WebhookHandler first = runner().start();
        WebhookHandler second = runner().start();
        try (WebhookServer firstServer = new WebhookServer(first);
                WebhookServer secondServer = new WebhookServer(second)) {
            setWebhook(firstServer);
            ann.says("/order");
            ann.awaitReply("Small or large?", PATIENCE);
            ann.awaitReply("Are you still there?", PATIENCE);
            first.close();
            setWebhook(secondServer);
            ann.says("small");
            ann.awaitReply("Where to with your small one?", PATIENCE);
            ann.says("Elm St 1");
            ann.awaitReply("On its way to Elm St 1.", PATIENCE);
            second.close();
        }
        assertThat(ann.messages().stream().map(ShownMessage::text).filter("Are you still there?"::equals))
                .hasSize(1);
    }

    @Test
    void closingWaitsForWhatRunsAndAnswers503ToWhatComes() throws Exception {
        WebhookHandler webhook = runner().start();
        try (WebhookServer http = new WebhookServer(webhook)) {
            setWebhook(http);
            ann.says("/order");
            ann.awaitReply("Small or large?", PATIENCE);
            ann.says("small");
            ann.awaitReply("Where to with your small one?", PATIENCE);
            ann.says("Elm St 1");
            await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 1);
            Thread closing = new Thread(webhook::close);
            closing.start();
            await().atMost(PATIENCE)
                    .until(() -> webhook.handle(name -> SECRET, InputStream.nullInputStream())
                                    .status()
                            == 503);
            assertThat(closing.isAlive()).isTrue();
            slow.countDown();
            closing.join();
            ann.awaitReply("On its way to Elm St 1.", PATIENCE); // the client was still open
            webhook.close();
            ann.says("/order");
            await().atMost(PATIENCE)
                    .until(() -> telegram.webhookDeliveries().stream()
                            .anyMatch(delivery -> delivery.status().equals(OptionalInt.of(503))));
            assertThat(telegram.unconfirmedUpdates()).isPositive();
        }
    }

    /** The leases of conversations are released before the lease store is closed. */
    @Test
    void stoppingClosesTheWebhookInOrder() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("io.botfsm.lifecycle");
        log.start();
        logger.addAppender(log);
        logger.setLevel(Level.INFO);
        try {
            TelegramRunner runner = runner();
            WebhookHandler webhook = runner.start();
            runner.stop();
            assertThat(webhook.handle(name -> SECRET, InputStream.nullInputStream())
                            .status())
                    .isEqualTo(503);
        } finally {
            logger.setLevel(null);
            logger.detachAppender(log);
        }
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .filteredOn(line -> line.startsWith("Shutdown step"))
                .extracting(line -> line.replaceFirst(".*Shutdown step \"(.*)\": done.*", "$1"))
                .containsExactly(
                        "stop requests",
                        "stop timeouts",
                        "drain timeouts",
                        "drain",
                        "release conversations",
                        "isolation",
                        "leases",
                        "storage",
                        "client");
    }

    @Test
    void whatIsOfTheOtherKindIsRefused() {
        BotToken token = BotToken.of("7:secret");
        assertThatThrownBy(() -> runner().lock("pizza").run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("start()");
        assertThatThrownBy(() -> runner().lock("pizza").start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lock(…) is for a bot that polls");
        Map<String, UnaryOperator<TelegramRunner>> ofPolling = Map.of(
                "standby()", TelegramRunner::standby,
                "lockSettings(…)", runner -> runner.lockSettings(lock -> {}),
                "runnerSettings(…)", runner -> runner.runnerSettings(run -> {}),
                "pollingSettings(…)", runner -> runner.pollingSettings(polling -> {}));
        ofPolling.forEach(
                (name, call) -> assertThatThrownBy(() -> call.apply(runner()).start())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage(name + " is for a bot that polls; with a webhook all instances answer"));
        assertThatThrownBy(() -> TelegramRunner.polling(token)
                        .flow(pizza, Texts.in(), Texts.out())
                        .storage(redis)
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("run()");
        assertThatThrownBy(() -> TelegramRunner.webhook(token, "no secret")
                        .handler(sender -> (fsm, key, update) -> {})
                        .server(telegram.uri())
                        .storage(redis)
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("no secret");
    }
}
