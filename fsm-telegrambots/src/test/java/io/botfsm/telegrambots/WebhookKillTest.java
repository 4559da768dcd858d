package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.ShownMessage;
import io.botfsm.telegram.testing.TelegramUser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.telegram.telegrambots.meta.api.methods.updates.SetWebhook;

/** Two processes with one Redis. */
@Timeout(120)
class WebhookKillTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SECRET = "secret";

    private final List<Instance> instances = new ArrayList<>();

    @AfterEach
    void kill() {
        instances.forEach(instance -> instance.process.destroyForcibly());
    }

    private record Instance(Process process, BufferedReader output) {
        String line() throws Exception {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith("http") || line.equals("stored")) {
                    return line;
                }
            }
            throw new IllegalStateException("the instance has ended");
        }
    }

    private Instance start(RedisServerProcess redis, BotApiDouble telegram, boolean stuck) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        WebhookBotProgram.class.getName(),
                        redis.uri(1),
                        "" + telegram.port(),
                        telegram.token(),
                        SECRET,
                        "" + stuck)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Instance instance = new Instance(
                process, new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
        instances.add(instance);
        return instance;
    }

    private static void setWebhook(BotApiDouble telegram, String url) throws Exception {
        SetWebhook set = new SetWebhook(url);
        set.setSecretToken(SECRET);
        OkHttpClients.of(telegram).execute(set);
    }

    /**
     * An instance is killed after its turn, before its reply; as by a load balancer, the redelivered update is sent to
     * the other.
     */
    @Test
    void anUpdateOfAKilledInstanceIsHandledByTheOther() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start("appendonly yes", "appendfsync always");
                BotApiDouble telegram = BotApiDouble.builder()
                        .webhookRetryPause(Duration.ofMillis(50))
                        .start()) {
            Instance dying = start(redis, telegram, true);
            Instance other = start(redis, telegram, false);
            setWebhook(telegram, dying.line());
            String second = other.line();
            TelegramUser ann = telegram.user(1);
            ann.says("hello");
            assertThat(dying.line()).isEqualTo("stored");

            dying.process.destroyForcibly().waitFor();
            setWebhook(telegram, second);
            await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
            ann.says("hello again");
            await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);

            assertThat(ann.messages().stream().filter(ShownMessage::fromBot).map(ShownMessage::text))
                    .as("each counted once")
                    .containsExactly("1", "2");
        }
    }
}
