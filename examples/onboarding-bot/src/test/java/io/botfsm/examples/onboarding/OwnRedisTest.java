package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The program with a Redis of its own. */
class OwnRedisTest extends OnboardingProgram {
    @Test
    void goesOnWhereItWasWhenItStartsAgain() throws Exception {
        giveName();
        assertThat(servers.running()).isEmpty();

        try (BotProcess bot = BotProcess.start(data, WITHOUT_DATABASE)) {
            bot.say("31");

            assertThat(bot.finish()).containsExactly(CITY_QUESTION);
            assertThat(bot.exitStatus()).isZero();
        }
        assertThat(servers.running()).isEmpty();
    }

    @Test
    void goesOnWhereItWasAfterItWasKilled() throws Exception {
        long server;
        try (BotProcess bot = BotProcess.start(data, WITHOUT_DATABASE)) {
            giveName(bot);
            server = servers.only().pid();
            bot.kill();
        }

        try (BotProcess bot = startAfterKill(WITHOUT_DATABASE)) {
            bot.say("31");

            assertThat(bot.hear()).isEqualTo(CITY_QUESTION);
            assertThat(servers.only().pid()).isEqualTo(server);
            bot.finish();
        }
        assertThat(servers.running()).isEmpty();
    }

    @Test
    void goesOnWhereItWasAfterItAndItsRedisWereKilled() throws Exception {
        try (BotProcess bot = BotProcess.start(data, WITHOUT_DATABASE)) {
            giveName(bot);
            bot.kill();
            servers.kill();
        }

        try (BotProcess bot = startAfterKill(WITHOUT_DATABASE)) {
            bot.say("31");

            assertThat(bot.finish()).containsExactly(CITY_QUESTION);
        }
    }

    @Test
    void goesOnWhenItsRedisWasKilled() throws Exception {
        try (BotProcess bot = BotProcess.start(data)) {
            giveName(bot);
            servers.kill();

            await().until(() -> {
                bot.say("31");
                return !bot.hear().equals(NOT_SAVED);
            });

            bot.say("/status");
            assertThat(bot.hear()).isEqualTo("bot> I am waiting for your city.");
            bot.finish();
            assertThat(bot.exitStatus()).isZero();
        }
        assertThat(servers.running()).isEmpty();
    }

    @Test
    void isSharedByTwoBotsAndEndsWithTheLast() throws Exception {
        try (BotProcess first = BotProcess.start(data);
                BotProcess second = BotProcess.start(data, "--user", "2", "--instance", "another")) {
            giveName(first);
            second.say("hello");
            assertThat(second.hear()).isEqualTo(START_HINT);
            long server = servers.only().pid();

            first.finish();
            second.say("/start");
            assertThat(second.hear()).isEqualTo("bot> Welcome!");
            assertThat(servers.only().pid()).isEqualTo(server);

            second.finish();
            assertThat(servers.running()).isEmpty();
        }
    }

    @Test
    void stopsItWhenItIsTerminated() throws Exception {
        try (BotProcess bot = BotProcess.start(data)) {
            giveName(bot);

            bot.terminate();

            assertThat(servers.running()).isEmpty();
        }
    }

    @Test
    void saysThatItsFolderCannotBeUsed() throws Exception {
        Files.createFile(data);

        try (BotProcess bot = BotProcess.start(data)) {
            assertThat(bot.finish()).isEmpty();
            assertThat(bot.exitStatus()).isEqualTo(1);
            assertThat(bot.log()).startsWith("The data folder " + data + " cannot be used:");
        }
    }
}
