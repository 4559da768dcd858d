package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.telegram.testing.BotApiDouble;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** A double of Telegram, a Redis that forgets nothing, and the processes of the bot. */
final class BotsOnTelegram implements AutoCloseable {
    static final String SECRET = "AAtheSecretOfThisBot_-x";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final BotApiDouble telegram = BotApiDouble.builder()
            .token("7000000001:" + SECRET)
            .remembered(1_000_000)
            .start();
    final RedisServerProcess redis = RedisServerProcess.start("appendonly yes", "appendfsync always");
    private final List<BotProcess> all = new ArrayList<>();
    private final Path data;

    BotsOnTelegram(Path directory) throws IOException {
        data = directory.toRealPath().resolve("data");
    }

    /** Starts the bot with the options that it needs, and these. */
    BotProcess start(String... more) throws IOException {
        List<String> options =
                new ArrayList<>(List.of("--telegram", "--storage", redis.uri(1), "--database", data + ".db"));
        options.addAll(List.of(more));
        return start(telegram.token(), options);
    }

    /** Starts the bot with a token of any kind and these options only. */
    BotProcess start(String token, List<String> options) throws IOException {
        BotProcess bot = BotProcess.start(
                data,
                Map.of(
                        "TELEGRAM_BOT_TOKEN",
                        token,
                        "TELEGRAM_API_URL",
                        telegram.uri().toString()),
                options.toArray(String[]::new));
        all.add(bot);
        return bot;
    }

    static void awaitActive(BotProcess bot) {
        await().atMost(PATIENCE).until(() -> bot.log().contains("The bot has started"));
    }

    /** All processes that were started, in order. */
    List<BotProcess> all() {
        return all;
    }

    List<OnboardingUser> users(int count) {
        return LongStream.rangeClosed(1, count)
                .mapToObj(id -> new OnboardingUser(telegram.user(id)))
                .toList();
    }

    @Override
    public void close() throws IOException {
        for (BotProcess bot : all) {
            bot.close();
            assertThat(bot.log()).doesNotContain(SECRET);
        }
        redis.close();
        telegram.close();
    }
}
