package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The program as the only active instance. */
class OnlyOneTest extends OnboardingProgram {
    @Test
    void endsAtOnceWhenAnotherIsActive() throws Exception {
        try (BotProcess first = BotProcess.start(data);
                BotProcess second = started(first)) {
            assertThat(second.finish()).isEmpty();
            assertThat(second.exitStatus()).isEqualTo(75);
            assertThat(second.log())
                    .hasLineCount(2)
                    .endsWith("With --standby, this instance would wait until the active one ends.\n")
                    .startsWith("ERROR Not started: the active instance is process " + first.pid() + " on ")
                    .containsPattern(" on \\S+, started 20[-0-9T:]+Z, with a lease that ends in \\d+ s");

            first.say("31");
            assertThat(first.hear()).isEqualTo(CITY_QUESTION);
        }
    }

    private BotProcess started(BotProcess active, String... options) throws Exception {
        giveName(active);
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
                    .startsWith("Standing by: the active instance is process " + first.pid() + " on ");
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
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> second.log().contains("Standing by: the active instance is"));
            second.terminate();

            assertThat(second.exitStatus()).isZero();
        }
    }

    @Test
    void tellsWhoIsActiveAndFreesTheNameByForce() throws Exception {
        assertThat(report("--lock-status")).isEqualTo("\"onboarding-bot\" is free");
        try (BotProcess bot = BotProcess.start(data, "--ttl", "3")) {
            giveName(bot);
            assertThat(report("--lock-status"))
                    .startsWith("\"onboarding-bot\" is held by process " + bot.pid() + " on ")
                    .endsWith(" s unless renewed");
            assertThat(report("--lock-release"))
                    .startsWith("\"onboarding-bot\" was held by process " + bot.pid() + " on ")
                    .endsWith(" unless renewed; it is free now");

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
