package io.botfsm.examples.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.testkit.DeadHolders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole program, end to end: real processes, real Redis, real kills. In several classes, which run in parallel. */
@Timeout(180)
abstract class OnboardingProgram {
    static final String AGE_QUESTION = "bot> Nice to meet you, Alice. What is your age?";
    static final String CITY_QUESTION = "bot> Which city do you live in?";
    static final String START_HINT = "bot> Send /start, and I shall get to know you.";
    static final String NOT_SAVED = "bot> Sorry, that couldn't be saved. Please try again.";

    /** So that only Redis keeps the conversation. */
    static final String WITHOUT_DATABASE = "--database=none";

    Path data;
    RedisProcesses servers;

    @BeforeEach
    void nameFolder(@TempDir Path temporary) throws IOException {
        data = temporary.toRealPath().resolve("data of a bot");
        servers = new RedisProcesses(data);
    }

    @AfterEach
    void killServers() {
        servers.kill();
    }

    /**
     * A killed bot is replaced at once, except where dead processes are not recognized: there its lease has to expire.
     */
    BotProcess startAfterKill(String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        if (!DeadHolders.areRecognized()) {
            all.add("--standby");
        }
        return BotProcess.start(data, all.toArray(String[]::new));
    }

    void giveName() throws Exception {
        try (BotProcess bot = BotProcess.start(data)) {
            giveName(bot);
            assertThat(bot.finish()).isEmpty();
        }
    }

    static void giveName(BotProcess bot) throws Exception {
        bot.say("/start");
        bot.say("Alice");
        assertThat(bot.hear()).isEqualTo("bot> Welcome!");
        assertThat(bot.hear()).isEqualTo("bot> What is your name?");
        assertThat(bot.hear()).isEqualTo(AGE_QUESTION);
    }
}
