package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.redis.testkit.DeadHolders;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole program, end to end: real processes, real Redis, real kills. */
@Timeout(180)
class OnboardingBotTest {
    private static final String AGE_QUESTION = "bot> Nice to meet you, Alice. What is your age?";
    private static final String CITY_QUESTION = "bot> Which city do you live in?";
    private static final String START_HINT = "bot> Send /start, and I shall get to know you.";
    private static final String NOT_SAVED = "bot> Sorry, that couldn't be saved. Please try again.";

    /** So that it is Redis that keeps. */
    private static final String WITHOUT_DATABASE = "--database=none";

    private Path data;
    private RedisProcesses servers;

    @BeforeEach
    void nameFolder(@TempDir Path temporary) throws IOException {
        data = temporary.toRealPath().resolve("data of a bot");
        servers = new RedisProcesses(data);
    }

    @AfterEach
    void killServers() {
        servers.kill();
    }

    /** A killed bot is replaced at once, except where dead processes cannot be told: there its lease has to expire. */
    private BotProcess startAfterKill(String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        if (!DeadHolders.areRecognized()) {
            all.add("--standby");
        }
        return BotProcess.start(data, all.toArray(String[]::new));
    }

    @Nested
    class WithItsOwnRedis {
        @Test
        void goesOnWhereItWasWhenItStartsAgain() throws Exception {
            tellName();
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
                tellName(bot);
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
                tellName(bot);
                bot.kill();
                servers.kill();
            }

            try (BotProcess bot = startAfterKill(WITHOUT_DATABASE)) {
                bot.say("31");

                assertThat(bot.finish()).containsExactly(CITY_QUESTION);
            }
        }

        @Test
        void saysWhatWasNotSavedAndBringsItsRedisBack() throws Exception {
            try (BotProcess bot = BotProcess.start(data)) {
                tellName(bot);
                servers.kill();

                bot.say("31");
                assertThat(bot.hear()).isEqualTo(NOT_SAVED);
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
                tellName(first);
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
                tellName(bot);

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

    @Nested
    class WithItsDatabase {
        @Test
        void goesOnWhereItWasWhenItsRedisHasLostEverything() throws Exception {
            OnboardingBotTest.this.tellName();
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
                tellName(bot);
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
                tellName(bot);
                bot.finish();
            }
            assertThat(Path.of(file)).exists();
            assertThat(data.resolveSibling(data.getFileName() + ".db")).doesNotExist();
        }

        @Test
        void revivesNothingInAnotherStorage() throws Exception {
            OnboardingBotTest.this.tellName();
            try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always")) {
                try (BotProcess bot = BotProcess.start(data, "--storage", server.uri(1))) {
                    bot.say("31");
                    assertThat(bot.finish()).containsExactly(START_HINT);
                }
                String file = data + ".db";
                try (BotProcess bot = BotProcess.start(data, "--storage", server.uri(1), "--database", file)) {
                    assertThat(bot.finish()).isEmpty();
                    assertThat(bot.exitStatus()).isEqualTo(1);
                    assertThat(bot.log())
                            .hasLineCount(1)
                            .contains(file + " belongs to the storage \"embedded in data of a bot\", not to \"redis ");
                }
                try (BotProcess bot =
                        BotProcess.start(data, "--storage", server.uri(2), "--database", file, "--adopt-database")) {
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

    @Nested
    class AsTheOnlyOne {
        @Test
        void endsAtOnceWhenAnotherIsActive() throws Exception {
            try (BotProcess first = BotProcess.start(data);
                    BotProcess second = started(first)) {
                assertThat(second.finish()).isEmpty();
                assertThat(second.exitStatus()).isEqualTo(75);
                assertThat(second.log())
                        .hasLineCount(2)
                        .endsWith("With --standby this one waits for its end.\n")
                        .startsWith("Another instance of \"onboarding-bot\" is active: process " + first.pid() + " on ")
                        .containsPattern(" on \\S+, started 20[-0-9T:]+Z, \\d+s ago");

                first.say("31");
                assertThat(first.hear()).isEqualTo(CITY_QUESTION);
            }
        }

        private BotProcess started(BotProcess active, String... options) throws Exception {
            tellName(active);
            return BotProcess.start(data, options);
        }

        @Test
        void takesOverWhenTheActiveOneEnds() throws Exception {
            try (BotProcess first = BotProcess.start(data);
                    BotProcess second = started(first, "--standby")) {
                second.say("31");
                await().atMost(Duration.ofSeconds(30)).until(() -> second.log().endsWith("\n"));
                assertThat(second.log())
                        .hasLineCount(1)
                        .startsWith("Standing by while another instance is active: process " + first.pid() + " on ");
                first.terminate();

                assertThat(first.exitStatus()).isZero();
                assertThat(second.hear()).isEqualTo(CITY_QUESTION);
                assertThat(second.finish()).isEmpty();
                assertThat(second.exitStatus()).isZero();
                assertThat(second.log())
                        .endsWith("The other instance has ended; this one is active now.\n")
                        .hasLineCount(2);
            }
        }

        @Test
        void standsByUntilItIsTerminated() throws Exception {
            try (BotProcess first = BotProcess.start(data);
                    BotProcess second = started(first, "--standby", "--verbose")) {
                await().atMost(Duration.ofSeconds(30)).until(() -> second.log().contains("Standing by: active is"));
                second.terminate();

                assertThat(second.exitStatus()).isZero();
            }
        }

        @Test
        void tellsWhoIsActiveAndFreesTheNameByForce() throws Exception {
            assertThat(report("--lock-status")).isEqualTo("\"onboarding-bot\" is free");
            try (BotProcess bot = BotProcess.start(data, "--ttl", "3")) {
                tellName(bot);
                assertThat(report("--lock-status"))
                        .startsWith("\"onboarding-bot\" is held by process " + bot.pid() + " on ")
                        .endsWith("s unless renewed");
                assertThat(report("--lock-release"))
                        .startsWith("\"onboarding-bot\" was held by process " + bot.pid() + " on ")
                        .endsWith("; it is free now");

                bot.awaitEnd();
                assertThat(bot.exitStatus()).isEqualTo(1);
                assertThat(bot.log()).contains("lost: FORCED");
            }
        }

        private String report(String option) throws Exception {
            try (BotProcess bot = BotProcess.start(data, option)) {
                String report = String.join("\n", bot.finish());
                assertThat(bot.exitStatus()).as(bot.log()).isZero();
                assertThat(bot.log()).as("standard error").isEmpty();
                return report;
            }
        }
    }

    @Nested
    class WithARedisThatSomebodyRuns {
        @Test
        void goesOnWhereItWasAfterBothWereKilledAndKeepsToItsDatabase() throws Exception {
            try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always")) {
                try (BotProcess bot = BotProcess.start(data, "--storage", server.uri(1), WITHOUT_DATABASE)) {
                    tellName(bot);
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
                tellName(bot);
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
            String uri =
                    String.format(Locale.ROOT, "redis://alice:secret@127.0.0.1:%d/1", RedisServerProcess.freePort());

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

    @Nested
    class AtATerminal {
        @Test
        void saysNothingButTheBotsWords() throws Exception {
            try (BotProcess bot = BotProcess.start(data)) {
                tellName(bot);
                assertThat(bot.finish()).isEmpty();
                assertThat(bot.log()).isEmpty();
            }
        }

        @Test
        void showsTheLogIfAsked() throws Exception {
            try (BotProcess bot = BotProcess.start(data, "--verbose")) {
                tellName(bot);
                assertThat(bot.finish()).isEmpty();
                assertThat(bot.log()).contains("Redis started on port", "NAME → Onboarding:AGE", "Ended, status 0");
            }
        }

        @Test
        void showsHowToBeginAndColors() throws Exception {
            assertThat(startQuestion(Map.of("TERM", "xterm"), "--interactive"))
                    .isEqualTo("\u001b[36m" + START_HINT + "\u001b[0m");
            assertThat(startQuestion(Map.of("TERM", "xterm", "NO_COLOR", "1"), "--interactive"))
                    .isEqualTo(START_HINT);
            assertThat(startQuestion(Map.of("TERM", "dumb"), "--interactive")).isEqualTo(START_HINT);
            assertThat(startQuestion(Map.of("TERM", "xterm"))).isEqualTo(START_HINT);
        }

        private String startQuestion(Map<String, String> environment, String... options) throws Exception {
            List<String> all = new ArrayList<>(List.of("--storage", "memory"));
            all.addAll(List.of(options));
            try (BotProcess bot = BotProcess.start(data, environment, all.toArray(String[]::new))) {
                bot.say("hello");
                String answer = bot.hear();
                bot.finish();
                assertThat(bot.log().contains("/start begins")).isEqualTo(options.length > 0);
                return answer;
            }
        }
    }

    @Nested
    class WithoutRedis {
        @Test
        void keepsItsStateInMemory() throws Exception {
            try (BotProcess bot = BotProcess.start(data, "--storage", "memory", "--verbose")) {
                tellName(bot);
                assertThat(bot.finish()).isEmpty();
                assertThat(bot.exitStatus()).isZero();
                assertThat(bot.log())
                        .contains("FSM state changed: bot=onboarding chat=1 user=1 Onboarding:NAME → Onboarding:AGE")
                        .doesNotContain("Alice");
            }
            assertThat(data).doesNotExist();
        }

        @Test
        void refusesOptionsThatItDoesNotKnow() throws Exception {
            try (BotProcess bot = BotProcess.start(data, "--storage", "tape")) {
                assertThat(bot.finish()).isEmpty();
                assertThat(bot.exitStatus()).isEqualTo(2);
                assertThat(bot.log())
                        .isEqualTo("--storage must be memory, embedded or redis://..., not \"tape\". See --help.\n");
            }
        }

        @Test
        void refusesAnAddressThatIsNone() throws Exception {
            try (BotProcess bot = BotProcess.start(data, "--storage", "redis://localhost:1/one")) {
                assertThat(bot.finish()).isEmpty();
                assertThat(bot.exitStatus()).isEqualTo(2);
                assertThat(bot.log())
                        .contains("redis://localhost:1/one")
                        .endsWith(". See --help.\n")
                        .hasLineCount(1);
            }
        }

        @Test
        void helps() throws Exception {
            try (BotProcess bot = BotProcess.start(data, "--help")) {
                assertThat(bot.finish()).first().asString().startsWith("Usage: ");
                assertThat(bot.exitStatus()).isZero();
            }
        }
    }

    @Nested
    class ByItsScript {
        @Test
        void runsFromAnywhereWithoutBuildingAgain() throws Exception {
            try (BotProcess bot = BotProcess.startByScript(data)) {
                tellName(bot);
                assertThat(bot.finish()).isEmpty();
                assertThat(bot.exitStatus()).isZero();
                assertThat(bot.log()).doesNotContain("Building");
            }
            assertThat(servers.running()).isEmpty();
        }

        @Test
        void passesOptionsExitStatusAndSignals() throws Exception {
            try (BotProcess bot = BotProcess.startByScript(data, "--user", "a b", "--storage", "tape")) {
                assertThat(bot.finish()).isEmpty();
                assertThat(bot.exitStatus()).isEqualTo(2);
            }
            try (BotProcess bot = BotProcess.startByScript(data)) {
                tellName(bot);
                bot.terminate();
            }
            assertThat(servers.running()).isEmpty();
        }
    }

    private void tellName() throws Exception {
        try (BotProcess bot = BotProcess.start(data)) {
            tellName(bot);
            assertThat(bot.finish()).isEmpty();
        }
    }

    private static void tellName(BotProcess bot) throws Exception {
        bot.say("/start");
        bot.say("Alice");
        assertThat(bot.hear()).isEqualTo("bot> Welcome!");
        assertThat(bot.hear()).isEqualTo("bot> What is your name?");
        assertThat(bot.hear()).isEqualTo(AGE_QUESTION);
    }
}
