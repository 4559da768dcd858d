package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.TelegramUser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The program with conversations, lock and inbox in SQLite, and no Redis. */
class SqliteTest extends OnboardingProgram {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private String storage() {
        return "jdbc:sqlite:" + data.resolveSibling("bot.db");
    }

    @Test
    void goesOnWhereItWasAfterItWasKilled() throws Exception {
        try (BotProcess bot = BotProcess.start(data, "--storage", storage())) {
            giveName(bot);
            bot.kill();
        }
        try (BotProcess bot = startAfterKill("--storage", storage())) {
            bot.say("31");
            assertThat(bot.finish()).containsExactly(CITY_QUESTION);
            assertThat(bot.exitStatus()).isZero();
        }
        assertThat(data).doesNotExist();
    }

    @Test
    void ofTwoOneIsActive() throws Exception {
        try (BotProcess first = BotProcess.start(data, "--storage", storage())) {
            giveName(first);
            try (BotProcess second = BotProcess.start(data, "--storage", storage())) {
                assertThat(second.finish()).isEmpty();
                assertThat(second.exitStatus()).isEqualTo(75);
                assertThat(second.log()).contains("active instance is process " + first.pid() + " on ");
            }
        }
    }

    @Test
    void goesOnOnTelegramAfterItWasKilled() throws Exception {
        try (BotApiDouble telegram = BotApiDouble.start()) {
            TelegramUser alice = telegram.user(42);
            try (BotProcess bot = startOnTelegram(telegram)) {
                alice.says("/start");
                alice.awaitReply("What is your name?", PATIENCE);
                bot.kill();
            }
            alice.says("Alice");
            try (BotProcess bot = startOnTelegram(telegram, "--standby")) {
                alice.awaitReply("Nice to meet you, Alice. What is your age?", PATIENCE);
                assertThat(bot.log()).contains("conversations in ", "an inbox");
                await().atMost(PATIENCE).until(() -> telegram.unconfirmedUpdates() == 0);
                bot.terminate();
                assertThat(bot.exitStatus()).isZero();
            }
        }
    }

    private BotProcess startOnTelegram(BotApiDouble telegram, String... more) throws Exception {
        List<String> options = new ArrayList<>(List.of("--telegram", "--storage", storage(), "--ttl", "5"));
        options.addAll(List.of(more));
        return BotProcess.start(
                data,
                Map.of(
                        "TELEGRAM_BOT_TOKEN",
                        telegram.token(),
                        "TELEGRAM_API_URL",
                        telegram.uri().toString()),
                options.toArray(String[]::new));
    }

    @Test
    void isTheDefaultWhereThereIsNoRedisForTheMachine() throws Exception {
        // SQLite's driver looks at another property than the embedded Redis.
        Map<String, String> machine = Map.of(
                "JAVA_TOOL_OPTIONS",
                "-Dos.arch=nosuch -Dorg.sqlite.osinfo.architecture="
                        + System.getProperty("os.arch").replace("amd64", "x86_64"));
        try (BotProcess bot = BotProcess.start(data, machine)) {
            giveName(bot);
            assertThat(bot.finish()).isEmpty();
        }
        try (BotProcess bot = BotProcess.start(data, machine)) {
            bot.say("31");
            assertThat(bot.finish()).containsExactly(CITY_QUESTION);
        }
        assertThat(data.resolve("conversations.db")).exists();
        assertThat(data.resolveSibling(data.getFileName() + ".db")).doesNotExist();
    }
}
