package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The program at a terminal, without Redis, and started by its script. */
class OnboardingBotTest extends OnboardingProgram {
    @Nested
    class AtATerminal {
        @Test
        void saysNothingButTheBotsWords() throws Exception {
            try (BotProcess bot = BotProcess.start(data)) {
                giveName(bot);
                assertThat(bot.finish()).isEmpty();
                assertThat(bot.log()).isEmpty();
            }
        }

        @Test
        void showsTheLogIfAsked() throws Exception {
            try (BotProcess bot = BotProcess.start(data, "--verbose")) {
                giveName(bot);
                assertThat(bot.finish()).isEmpty();
                assertThat(bot.log()).contains("Redis started on port", "NAME → Onboarding:AGE", "Ended with status 0");
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
                giveName(bot);
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
                        .isEqualTo(
                                "--storage must be memory, embedded, jdbc:... or redis://..., not \"tape\". See --help.\n");
            }
        }

        @Test
        void refusesAnAddressThatIsNone() throws Exception {
            try (BotProcess bot = BotProcess.start(data, "--storage", "redis://localhost:1/one")) {
                assertThat(bot.finish()).isEmpty();
                assertThat(bot.exitStatus()).isEqualTo(2);
                assertThat(bot.log())
                        .contains("\"redis://localhost:1***\": the database must be a whole number")
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
                giveName(bot);
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
                giveName(bot);
                bot.terminate();
            }
            assertThat(servers.running()).isEmpty();
        }
    }
}
