package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.testkit.RedisServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The program with its database. */
class DatabaseTest extends OnboardingProgram {
    @Test
    void goesOnWhereItWasWhenItsRedisHasLostEverything() throws Exception {
        super.giveName();
        deleteRedisData();

        try (BotProcess bot = BotProcess.start(data)) {
            bot.say("31");
            assertThat(bot.finish()).containsExactly(CITY_QUESTION);
            assertThat(bot.exitStatus()).isZero();
        }
        try (BotProcess bot = BotProcess.start(data)) {
            bot.say("/status");
            assertThat(bot.finish()).first().isEqualTo("bot> I am waiting for your city.");
        }
    }

    @Test
    void restoresNothingThatWasCancelled() throws Exception {
        try (BotProcess bot = BotProcess.start(data)) {
            giveName(bot);
            bot.say("/cancel");
            assertThat(bot.finish()).contains("bot> Cancelled; I have forgotten what you told me.");
        }
        deleteRedisData();

        try (BotProcess bot = BotProcess.start(data)) {
            bot.say("31");
            assertThat(bot.finish()).containsExactly(START_HINT);
        }
    }

    @Test
    void isTheFileOfTheOption() throws Exception {
        String file = data.resolveSibling("elsewhere.db").toString();
        try (BotProcess bot = BotProcess.start(data, "--database", file)) {
            giveName(bot);
            bot.finish();
        }
        assertThat(Path.of(file)).exists();
        assertThat(data.resolveSibling(data.getFileName() + ".db")).doesNotExist();
    }

    @Test
    void revivesNothingInAnotherStorage() throws Exception {
        super.giveName();
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always")) {
            try (BotProcess bot = BotProcess.start(data, "--storage", server.uri(1))) {
                bot.say("31");
                assertThat(bot.finish()).containsExactly(START_HINT);
            }
            String file = data + ".db";
            try (BotProcess bot = BotProcess.start(data, "--storage", server.uri(2), "--database", file)) {
                bot.say("31");
                assertThat(bot.finish()).containsExactly(START_HINT);
            }
            try (BotProcess bot = BotProcess.start(
                    data,
                    "--storage",
                    server.uri(3),
                    "--database",
                    file,
                    "--origin",
                    "embedded in " + data.getFileName())) { // as if it had moved
                bot.say("31");
                assertThat(bot.finish()).containsExactly(CITY_QUESTION);
            }
        }
    }

    private void deleteRedisData() throws IOException {
        assertThat(servers.running()).isEmpty();
        try (Stream<Path> files = Files.walk(data)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
        assertThat(data).doesNotExist();
    }
}
