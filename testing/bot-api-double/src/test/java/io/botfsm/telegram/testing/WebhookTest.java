package io.botfsm.telegram.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.botfsm.telegram.testing.BotClient.Reply;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WebhookTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final BotApiDouble bot = BotApiDouble.builder()
            .firstUpdateId(1)
            .webhookRetryPause(Duration.ofMillis(5))
            .start();
    private final BotClient client = new BotClient(bot, "bot");
    private final LinkedBlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<Optional<String>> secrets = new CopyOnWriteArrayList<>();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile CountDownLatch hold = new CountDownLatch(0);
    private HttpServer server;

    @BeforeEach
    void listen() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/hook", exchange -> {
            try (exchange) {
                mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                received.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                secrets.add(
                        Optional.ofNullable(exchange.getRequestHeaders().getFirst("X-Telegram-Bot-Api-Secret-Token")));
                hold.await();
                Integer status = answers.poll();
                if (status != null && status == 429) {
                    exchange.getResponseHeaders().set("Retry-After", "1");
                }
                exchange.sendResponseHeaders(status == null ? 200 : status, -1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                atOnce.decrementAndGet();
            }
        });
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void close() {
        bot.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private Reply setWebhook(Object... parameters) {
        Object[] all = new Object[parameters.length + 2];
        all[0] = "url";
        all[1] = "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
        System.arraycopy(parameters, 0, all, 2, parameters.length);
        return client.call("setWebhook", all);
    }

    private void awaitAllConfirmed() {
        await().atMost(PATIENCE).until(() -> bot.unconfirmedUpdates() == 0);
    }

    @Test
    void whatWaitsAndWhatComesIsDeliveredWithTheSecret() {
        bot.user(5).says("before");
        assertThat(setWebhook("secret_token", "s-1", "max_connections", 7).status())
                .isEqualTo(200);
        bot.user(5).says("after");
        awaitAllConfirmed();

        assertThat(received).hasSize(2);
        assertThat(received.get(0)).contains("\"update_id\":1", "before");
        assertThat(received.get(1)).contains("\"update_id\":2", "after");
        assertThat(secrets).containsOnly(Optional.of("s-1"));
        Reply info = client.call("getWebhookInfo");
        assertThat(info.result().path("url").asText()).endsWith("/hook");
        assertThat(info.result().path("max_connections").asInt()).isEqualTo(7);
        assertThat(info.result().path("pending_update_count").asInt()).isZero();
        assertThat(info.result().has("last_error_message")).isFalse();
    }

    @Test
    void whatIsNotConfirmedIsDeliveredAgainBeforeWhatFollowsInItsChat() {
        answers.addAll(List.of(500, 503, 302));
        setWebhook();
        bot.user(5).says("first");
        bot.user(5).says("second");
        awaitAllConfirmed();

        assertThat(received).hasSize(5);
        assertThat(received.subList(0, 4)).allMatch(update -> update.contains("first"));
        assertThat(bot.webhookDeliveries())
                .extracting(delivery -> delivery.updateId() + "/" + delivery.attempt() + ": "
                        + delivery.status().orElse(0))
                .containsExactly("1/1: 500", "1/2: 503", "1/3: 302", "1/4: 200", "2/1: 200");
        assertThat(client.call("getWebhookInfo")
                        .result()
                        .path("last_error_message")
                        .asText())
                .contains("302");
        assertThat(secrets).containsOnly(Optional.empty());
    }

    @Test
    void retryAfterIsHeeded() {
        answers.add(429);
        setWebhook();
        bot.user(5).says("hello");
        awaitAllConfirmed();

        List<WebhookDelivery> deliveries = bot.webhookDeliveries();
        assertThat(deliveries).hasSize(2);
        assertThat(Duration.ofNanos(
                        deliveries.get(1).begunNanos() - deliveries.get(0).endedNanos()))
                .isGreaterThanOrEqualTo(Duration.ofMillis(999));
    }

    @Test
    void chatsAreDeliveredInParallelAsManyAsThereMayBeConnections() {
        hold = new CountDownLatch(1);
        setWebhook("max_connections", 3);
        for (int user = 1; user <= 6; user++) {
            bot.user(user).says("one");
            bot.user(user).says("two");
        }
        await().atMost(PATIENCE).until(() -> atOnce.get() == 3);
        assertThat(received).allMatch(update -> update.contains("one"));
        hold.countDown();
        awaitAllConfirmed();

        assertThat(mostAtOnce).hasValue(3);
        assertThat(received).hasSize(12);
    }

    @Test
    void withoutAWebhookNothingIsDeliveredAndPollingWorksAgain() {
        answers.addAll(List.of(500, 500, 500, 500, 500, 500, 500));
        setWebhook();
        bot.user(5).says("hello");
        await().atMost(PATIENCE).until(() -> !received.isEmpty());
        client.call("deleteWebhook");
        assertThat(client.call("getWebhookInfo").result().path("url").asText()).isEmpty();

        assertThat(client.call("getUpdates").updateIds()).containsExactly(1L);
        bot.user(6).says("hello");
        assertThat(client.call("getUpdates", "offset", 2).updateIds()).containsExactly(2L);
        assertThat(received).allMatch(update -> update.contains("\"update_id\":1,"));
    }

    @Test
    void whatIsNoAddressOrSecretIsRefused() {
        assertThat(client.call("setWebhook", "url", "nowhere").status()).isEqualTo(400);
        assertThat(client.call("setWebhook", "url", "ftp://host/x").status()).isEqualTo(400);
        assertThat(setWebhook("secret_token", "with space").description())
                .isEqualTo("Bad Request: secret token contains unallowed characters");
        assertThat(client.call("getUpdates").status()).isEqualTo(200);
    }

    @Test
    void whoDoesNotAnswerIsTriedAgain() {
        bot.user(5).says("hello");
        client.call("setWebhook", "url", "http://127.0.0.1:1/hook");
        await().atMost(PATIENCE).until(() -> bot.webhookDeliveries().size() > 3);
        assertThat(bot.webhookDeliveries())
                .allMatch(delivery -> delivery.status().isEmpty());
        setWebhook();
        awaitAllConfirmed();
    }
}
