package io.botfsm.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.Fsm;
import io.botfsm.storage.StorageKey;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.TelegramUser;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Webhook, health, endpoint and metrics, over HTTP. */
@Timeout(90)
class WebApplicationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final StorageKey KEY = StorageKey.bot(7).chat(2).user(3).build();
    private static final String SECRET = "secret-of-the-webhook";

    private final HttpClient http = HttpClient.newHttpClient();
    private ConfigurableApplicationContext context;

    private void start(String... properties) {
        context = new SpringApplicationBuilder(PizzaApp.class)
                .properties(
                        "server.port=0",
                        "spring.application.name=pizza",
                        "botfsm.storage=memory",
                        "botfsm.exit=false",
                        "management.endpoint.health.show-details=always",
                        "management.endpoints.web.exposure.include=health,botfsm,metrics")
                .run(java.util.Arrays.stream(properties)
                        .map(each -> "--" + each)
                        .toArray(String[]::new));
    }

    @AfterEach
    void stop() {
        context.close();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + path);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> deleted(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).DELETE().build(), BodyHandlers.ofString());
    }

    private int delete(String path) throws IOException, InterruptedException {
        return deleted(path).statusCode();
    }

    @Test
    void healthShowsStorageLockAndBot() throws Exception {
        try (BotApiDouble telegram = BotApiDouble.start()) {
            start("botfsm.telegram.token=" + telegram.token(), "botfsm.telegram.server=" + telegram.uri());
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(
                                    get("/actuator/health/botfsm").body())
                            .contains("\"status\":\"UP\"", "\"storage\":\"answers\"", "\"bot telegram\":\"active\"")
                            .contains("\"lock pizza\":\"held by process "
                                    + ProcessHandle.current().pid())
                            .doesNotContain(telegram.token()));
            context.close();
        }
    }

    @Test
    void healthIsDownIfTheStorageFails() throws Exception {
        start();
        assertThat(get("/actuator/health/botfsm").statusCode()).isEqualTo(200);
        context.getBean(io.botfsm.storage.StateStorage.class).close();
        assertThat(get("/actuator/health/botfsm").body()).contains("\"status\":\"DOWN\"");
    }

    @Test
    void conversationsAreFoundShownAndResetIfAllowed() throws Exception {
        start("management.endpoint.botfsm.access=unrestricted");
        Fsm fsm = context.getBean(Fsm.class);
        fsm.context(KEY).setState(PizzaApp.Order.SIZE);
        fsm.context(KEY).updateData("size", "secret42");

        assertThat(get("/actuator/botfsm?state=Order:SIZE").body())
                .contains("\"key\":\"" + KEY.toText() + "\"", "\"data\":[\"size\"]", "\"complete\":true")
                .doesNotContain("secret42");
        assertThat(get("/actuator/botfsm?state=Order:ADDRESS").body()).contains("\"conversations\":[]");
        assertThat(get("/actuator/botfsm/" + KEY.toText()).body())
                .contains("Order:SIZE")
                .doesNotContain("secret42");
        String path = "/actuator/botfsm/" + KEY.toText();
        String shown = get(path).body();
        String version = "?version=" + shown.replaceFirst(".*\"version\":(\\d+).*", "$1");
        assertThat(delete(path)).as("without a version").isEqualTo(400);
        assertThat(delete(path + "?version=-1")).isEqualTo(400);

        fsm.context(KEY).setState(PizzaApp.Order.ADDRESS); // since it was shown
        HttpResponse<String> refused = deleted(path + version);
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body())
                .contains("nothing was written", "Order:ADDRESS")
                .doesNotContain("secret42");
        assertThat(fsm.context(KEY).state(PizzaApp.Order.class)).contains(PizzaApp.Order.ADDRESS);

        assertThat(delete(path + "?version=" + current(fsm))).isEqualTo(204);
        assertThat(get(path).statusCode()).isEqualTo(404);
        assertThat(delete(path + version))
                .as("of a conversation that has ended")
                .isEqualTo(404);
    }

    private static long current(Fsm fsm) {
        return fsm.storage().read(KEY).toCompletableFuture().join().version();
    }

    @Test
    void conversationsAreNotResetUnlessAllowed() throws Exception {
        start();
        context.getBean(Fsm.class).context(KEY).setState(PizzaApp.Order.SIZE);
        assertThat(delete("/actuator/botfsm/" + KEY.toText() + "?version=1")).isEqualTo(405);
        assertThat(get("/actuator/botfsm/" + KEY.toText()).statusCode()).isEqualTo(200);
    }

    @Test
    void theEndpointIsOffUnlessExposed() throws Exception {
        start("management.endpoints.web.exposure.include=health");
        assertThat(get("/actuator/botfsm").statusCode()).isEqualTo(404);
        assertThat(context.getBeanProvider(ConversationsEndpoint.class).getIfAvailable())
                .isNull();
    }

    @Test
    void metersAreThereByThemselves() {
        start();
        var unused = context.getBean(Fsm.class).handle(KEY, 1, turn -> true);
        context.getBean(Fsm.class).context(KEY).setState(PizzaApp.Order.SIZE);
        MeterRegistry registry = context.getBean(MeterRegistry.class);
        assertThat(registry.get("botfsm.handle")
                        .tag("bot", "pizza")
                        .tag("outcome", "done")
                        .timer()
                        .count())
                .isOne();
        assertThat(registry.get("botfsm.storage").timers()).isNotEmpty();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(registry.find("botfsm.transitions").counters())
                                .isNotEmpty());
    }

    @Test
    void aWebhookAnswersAndIsStoppedFirst() throws Exception {
        try (BotApiDouble telegram = BotApiDouble.start()) {
            start(
                    "botfsm.telegram.token=" + telegram.token(),
                    "botfsm.telegram.server=" + telegram.uri(),
                    "botfsm.telegram.mode=webhook",
                    "botfsm.telegram.webhook.secret=" + SECRET,
                    "botfsm.telegram.webhook.path=/updates");
            HttpResponse<String> set = http.send(
                    HttpRequest.newBuilder(URI.create(telegram.uri() + "/bot" + telegram.token() + "/setWebhook?url="
                                    + uri("/updates") + "&secret_token=" + SECRET))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(set.statusCode()).as(set.body()).isEqualTo(200);

            TelegramUser ann = telegram.user(42);
            ann.says("/order");
            ann.awaitReply("Small or large?", PATIENCE);
            assertThat(telegram.polls()).isEmpty();
            assertThat(post("/updates", "wrong")).isEqualTo(401);

            context.getBean(WebhookLifecycle.class).stop();
            assertThat(post("/updates", SECRET)).isEqualTo(503);
            context.close();
        }
    }

    private int post(String path, String secret) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(uri(path))
                                .header("X-Telegram-Bot-Api-Secret-Token", secret)
                                .POST(HttpRequest.BodyPublishers.ofString("{\"update_id\":1}"))
                                .build(),
                        BodyHandlers.ofString())
                .statusCode();
    }
}
