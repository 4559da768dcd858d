package io.botfsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.testkit.OneRedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The command, as a user calls it. */
@Timeout(60)
class MigrateCommandTest extends OneRedisServer {
    private CommandRun migrate(String... options) {
        List<String> arguments = new ArrayList<>(List.of("migrate", "--bot", "1"));
        arguments.addAll(List.of(options));
        return CommandRun.of(Map.of("BOTFSM_STORE", server.uri(0)), arguments.toArray(String[]::new));
    }

    @Test
    void takesOverAndHandsBack() {
        redis.call("SET", "bot|7|7|default|state", "Form:age");
        redis.call("SET", "bot|7|7|default|data", "{\"name\": \"Alice\"}");
        List<String> options =
                List.of("migrate", "--bot", "1", "--prefix", "bot", "--separator", "|", "--with-destiny");
        Map<String, String> environment =
                Map.of("BOTFSM_STORE", server.uri(0), "BOTFSM_KEY_PREFIX", "java", "BOTFSM_TTL", "100s");

        CommandRun dry = CommandRun.onTerminal("", environment, with(options, "--dry-run", "--remove"))
                .ended(0);
        assertThat(dry.out()).contains("Dry run: 2 of 2 keys: 1 migrated, 0 already there, 0 newer there, 0 skipped");
        assertThat(dry.err()).contains(" of 2 keys: ");
        assertThat(redis.number("DBSIZE")).isEqualTo(2);
        CommandRun.of(environment, with(options, "--remove")).ended(2);
        assertThat(redis.number("DBSIZE")).isEqualTo(2);
        CommandRun.of(environment, with(options, "--remove", "--yes")).ended(0);
        assertThat(redis.number("DBSIZE")).isEqualTo(1);
        assertThat(redis.number("TTL", "java:{1:7:7}")).isBetween(1L, 100L);
        CommandRun back = CommandRun.of(environment, with(options, "--back", "--state-ttl", "50s", "--json"))
                .ended(0);
        assertThat(back.object().path("migrated").longValue()).isEqualTo(1);

        assertThat(redis.text("GET", "bot|7|7|default|state")).isEqualTo("Form:age");
        assertThat(redis.number("TTL", "bot|7|7|default|state")).isBetween(1L, 50L);
        assertThat(redis.text("GET", "bot|7|7|default|data")).isEqualTo("{\"name\": \"Alice\"}");
    }

    private static String[] with(List<String> options, String... more) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void namesWhatItSkipped() {
        redis.call("SET", "fsm:7:7:data", "secret");
        assertThat(migrate().ended(3).out()).contains("skipped fsm:7:7:data: ").doesNotContain("secret");
    }

    /** The bot has {@code with_bot_id=True}, but the option of the command was forgotten. */
    @Test
    void optionsThatDoNotFitAreRefusedBeforeAnythingIsWritten() {
        for (int user : List.of(5, 6, 7)) {
            redis.call("SET", String.format(Locale.ROOT, "fsm:1:%d:%d:data", user, user), "{\"secret\": 1}");
        }
        for (String option : List.of("--dry-run", "--remove")) {
            assertThat(migrate(option, "--yes").ended(2).err())
                    .contains("with_bot_id=True", "of 3 sampled conversations")
                    .doesNotContain("secret");
        }
        assertThat(redis.number("DBSIZE")).isEqualTo(3);

        assertThat(migrate("--no-layout-check", "--remove", "--yes").ended(3).out())
                .contains("skipped fsm:1:5:5:data: ", "with_bot_id=True");
        assertThat(redis.number("DBSIZE")).isEqualTo(3);

        migrate("--with-bot-id", "--remove", "--yes").ended(0);
        assertThat(redis.number("EXISTS", "fsm:{1:5:5}", "fsm:{1:6:6}", "fsm:{1:7:7}"))
                .isEqualTo(3);
        assertThat(redis.number("DBSIZE")).isEqualTo(3);
    }

    /** The Python bot has gone on writing between the two runs. */
    @Test
    void removingKeepsAndNamesWhatDiffers() {
        redis.call("SET", "fsm:7:7:data", "{\"c\": 1}");
        redis.call("SET", "fsm:8:8:data", "{\"c\": 1}");
        migrate().ended(0);
        redis.call("SET", "fsm:7:7:data", "{\"c\": 2}");
        migrate().ended(0);

        CommandRun run = migrate("--remove", "--yes").ended(3);

        assertThat(redis.text("GET", "fsm:7:7:data")).isEqualTo("{\"c\": 2}");
        assertThat(redis.text("HGET", "fsm:{1:7:7}", ":c")).isEqualTo("1");
        assertThat(redis.number("EXISTS", "fsm:8:8:data")).isZero();
        assertThat(run.out()).contains("not removed fsm:7:7:data: ", "1 already there, 1 newer there, 0 skipped");
    }

    @Test
    void aKeyOfAnotherTypeIsSkippedAndNamed() {
        redis.call("RPUSH", "fsm:11:11:data", "x");
        redis.call("SET", "fsm:7:7:state", "A");
        migrate("--dry-run").ended(3);
        assertThat(migrate("--remove", "--yes").ended(3).out())
                .contains("skipped fsm:11:11:data: ", "2 of 2 keys: 1 migrated");
        assertThat(redis.number("EXISTS", "fsm:11:11:data", "fsm:{1:7:7}")).isEqualTo(2);
    }

    @Test
    void withTheRightsOfThePage() {
        redis.call("SET", "fsm:7:7:state", "A");
        Operators.OF_MIGRATIONS.createOver(redis);
        Map<String, String> environment = Map.of("BOTFSM_STORE", Operators.OF_MIGRATIONS.in(server.uri(0)));
        CommandRun.of(environment, "migrate", "--bot", "1", "--remove", "--yes").ended(0);
        assertThat(redis.number("EXISTS", "fsm:{1:7:7}")).isEqualTo(1);
    }

    @Test
    void namesWrongOptions() {
        assertThat(CommandRun.of(Map.of("BOTFSM_STORE", server.uri(0)), "migrate")
                        .ended(2)
                        .err())
                .contains("--bot is missing");
        assertThat(migrate("--state-ttl", "-1").ended(2).err()).contains("--state-ttl", "-1");
        assertThat(migrate("--prefix").ended(2).err()).contains("--prefix");
        assertThat(migrate("--separator", "").ended(2).err()).contains("separator");
        assertThat(CommandRun.of(Map.of("BOTFSM_STORE", "jdbc:sqlite:x"), "migrate", "--bot", "1")
                        .ended(2)
                        .err())
                .contains("needs Redis");
    }
}
