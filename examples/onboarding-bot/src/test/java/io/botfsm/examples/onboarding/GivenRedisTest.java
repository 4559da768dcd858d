package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The program with a given Redis. */
class GivenRedisTest extends OnboardingProgram {
    @Test
    void goesOnWhereItWasAfterBothWereKilledAndKeepsToItsDatabase() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always")) {
            try (BotProcess bot = BotProcess.start(data, "--storage", server.uri(1), WITHOUT_DATABASE)) {
                giveName(bot);
                bot.kill();
            }
            server.kill();
            server.startAgain();

            try (BotProcess bot = startAfterKill("--storage=" + server.uri(1), WITHOUT_DATABASE)) {
                bot.say("31");
                assertThat(bot.finish()).containsExactly(CITY_QUESTION);
            }

            try (RespConnection connection = server.connect()) {
                assertThat(connection.number("DBSIZE")).isZero();
                connection.call("SELECT", "1");
                assertThat(connection.number("DBSIZE")).isEqualTo(2);
                assertThat(connection.number("EXISTS", "fsm:{onboarding:1:1}", "lock:{onboarding-bot}:fence"))
                        .isEqualTo(2);
            }
            assertThat(data).doesNotExist();
        }
    }

    @Test
    void saysWhatWasNotSavedUntilItIsBack() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
                BotProcess bot = BotProcess.start(data, "--storage", server.uri(1))) {
            giveName(bot);
            server.kill();

            bot.say("31");
            assertThat(bot.hear()).isEqualTo(NOT_SAVED);
            server.startAgain();
            await().atMost(Duration.ofSeconds(10)).until(() -> {
                bot.say("31");
                return bot.hear().equals(CITY_QUESTION);
            });
        }
    }

    @Test
    void saysThatItIsAwayWithoutItsPassword() throws Exception {
        String uri = String.format(Locale.ROOT, "redis://alice:secret@127.0.0.1:%d/1", RedisServerProcess.freePort());

        try (BotProcess bot = BotProcess.start(data, "--storage", uri)) {
            assertThat(bot.finish()).isEmpty();
            assertThat(bot.exitStatus()).isEqualTo(1);
            assertThat(bot.log())
                    .hasLineCount(1)
                    .contains("cannot connect")
                    .doesNotContain("secret")
                    .doesNotContain("\tat ");
        }
    }
}
