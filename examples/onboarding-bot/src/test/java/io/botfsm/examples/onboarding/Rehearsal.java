package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.telegrambots.BotToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the program and Telegram expect of each other, without a user: with the double in every build, and with Telegram
 * itself.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
abstract class Rehearsal {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** The token of a bot that nobody needs meanwhile. */
    abstract BotToken token();

    /** The server's address, without a path. */
    abstract URI server();

    @Test
    void ofTwoOnePollsAndHearsOfAThird(@TempDir Path directory) throws Exception {
        Path data = directory.toRealPath().resolve("data");
        try (RedisServerProcess redis = RedisServerProcess.start("appendonly yes", "appendfsync always");
                BotProcess first = start(data, redis);
                BotProcess second = start(data, redis)) {
            await().atMost(PATIENCE).until(() -> first.isAlive() != second.isAlive());
            BotProcess active = first.isAlive() ? first : second;
            BotProcess other = first.isAlive() ? second : first;
            BotsOnTelegram.awaitActive(active);

            assertThat(other.exitStatus()).isEqualTo(75);
            assertThat(call("getMe").at("/result/id").asLong()).isEqualTo(token().botId());
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(call("getMyCommands").get("result").findValuesAsText("command"))
                                    .contains("start", "status", "cancel"));
            assertThat(active.log()).doesNotContain(" 409: ");
            await().atMost(PATIENCE).until(() -> {
                call("getUpdates?timeout=1");
                return active.log().contains("Conflict: terminated by other getUpdates request");
            });
            active.terminate();

            assertThat(active.exitStatus()).isZero();
            assertThat(active.log() + other.log())
                    .doesNotContain(token().value().split(":", 2)[1]);
        }
    }

    @Test
    void aWrongTokenEndsTheProgram(@TempDir Path directory) throws Exception {
        Path data = directory.toRealPath().resolve("data");
        try (BotProcess bot = start(data, token().botId() + ":AAofNobody", "--storage", "memory")) {
            bot.awaitEnd();
            assertThat(bot.exitStatus()).isEqualTo(1);
            assertThat(bot.log()).containsPattern("40[14]").doesNotContain("AAofNobody");
        }
    }

    private BotProcess start(Path data, RedisServerProcess redis) throws IOException {
        return start(data, token().value(), "--storage", redis.uri(1));
    }

    private BotProcess start(Path data, String token, String... storage) throws IOException {
        List<String> options = new ArrayList<>(List.of("--telegram", "--database", "none"));
        options.addAll(List.of(storage));
        return BotProcess.start(
                data,
                Map.of("TELEGRAM_BOT_TOKEN", token, "TELEGRAM_API_URL", server().toString()),
                options.toArray(String[]::new));
    }

    private JsonNode call(String method) {
        URI address = URI.create(server() + "/bot" + token().value() + "/" + method);
        try {
            return JSON.readTree(http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                    .body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
