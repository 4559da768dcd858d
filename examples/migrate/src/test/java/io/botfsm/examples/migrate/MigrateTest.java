package io.botfsm.examples.migrate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.testkit.OneRedisServer;
import io.botfsm.redis.testkit.RedisServerProcess;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The command, as a user calls it. */
@Timeout(60)
class MigrateTest extends OneRedisServer {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Migrate.run(List.of(arguments), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    }

    private int migrate(String... options) {
        List<String> arguments = new ArrayList<>(List.of("--redis", server.uri(0), "--bot", "1"));
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }

    @Test
    void takesOverAndHandsBack() {
        redis.call("SET", "bot|7|7|default|state", "Form:age");
        redis.call("SET", "bot|7|7|default|data", "{\"name\": \"Alice\"}");
        String[] options = {"--prefix", "bot", "--separator", "|", "--with-destiny", "--key-prefix", "java"};

        assertThat(migrate(with(options, "--dry-run", "--progress"))).isZero();
        assertThat(redis.number("DBSIZE")).isEqualTo(2);
        assertThat(migrate(with(options, "--remove", "--ttl", "100"))).isZero();
        assertThat(redis.number("DBSIZE")).isEqualTo(1);
        assertThat(redis.number("TTL", "java:{1:7:7}")).isBetween(1L, 100L);
        assertThat(migrate(with(options, "--back", "--state-ttl", "50"))).isZero();

        assertThat(redis.text("GET", "bot|7|7|default|state")).isEqualTo("Form:age");
        assertThat(redis.number("TTL", "bot|7|7|default|state")).isBetween(1L, 50L);
        assertThat(redis.text("GET", "bot|7|7|default|data")).isEqualTo("{\"name\": \"Alice\"}");
        assertThat(out.toString(UTF_8)).isEqualToNormalizingNewlines("""
                        Dry run: 2 of 2 keys: 1 migrated, 0 already there, 0 newer there, 0 skipped
                        2 of 2 keys: 1 migrated, 0 already there, 0 newer there, 0 skipped
                        1 of 1 keys: 1 migrated, 0 already there, 0 newer there, 0 skipped
                        """);
        assertThat(err.toString(UTF_8)).contains("[##############################] 100 %");
    }

    private static String[] with(String[] options, String... more) {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void namesWhatItSkipped() {
        redis.call("SET", "fsm:7:7:data", "secret");
        assertThat(migrate()).isEqualTo(3);
        assertThat(out.toString(UTF_8)).contains("skipped fsm:7:7:data: ").doesNotContain("secret");
    }

    /** A bot with {@code with_bot_id=True}, whose option was forgotten. */
    @Test
    void optionsThatDoNotFitAreRefusedBeforeAnythingIsWritten() {
        for (int user : List.of(5, 6, 7)) {
            redis.call("SET", String.format(Locale.ROOT, "fsm:1:%d:%d:data", user, user), "{\"secret\": 1}");
        }
        for (String option : List.of("--dry-run", "--remove", "--progress")) {
            assertThat(migrate(option)).isEqualTo(2);
        }
        assertThat(err.toString(UTF_8))
                .contains("with_bot_id=True", "of 3 conversations")
                .doesNotContain("secret");
        assertThat(redis.number("DBSIZE")).isEqualTo(3);

        assertThat(migrate("--no-layout-check", "--remove")).isEqualTo(3);
        assertThat(out.toString(UTF_8)).contains("skipped fsm:1:5:5:data: ", "with_bot_id=True");
        assertThat(redis.number("DBSIZE")).isEqualTo(3);

        assertThat(migrate("--with-bot-id", "--remove")).isZero();
        assertThat(redis.number("EXISTS", "fsm:{1:5:5}", "fsm:{1:6:6}", "fsm:{1:7:7}"))
                .isEqualTo(3);
        assertThat(redis.number("DBSIZE")).isEqualTo(3);
    }

    /** The Python bot has gone on writing between the two runs. */
    @Test
    void removingKeepsAndNamesWhatDiffers() {
        redis.call("SET", "fsm:7:7:data", "{\"c\": 1}");
        redis.call("SET", "fsm:8:8:data", "{\"c\": 1}");
        assertThat(migrate()).isZero();
        redis.call("SET", "fsm:7:7:data", "{\"c\": 2}");
        assertThat(migrate()).isZero();

        assertThat(migrate("--remove")).isEqualTo(3);

        assertThat(redis.text("GET", "fsm:7:7:data")).isEqualTo("{\"c\": 2}");
        assertThat(redis.text("HGET", "fsm:{1:7:7}", ":c")).isEqualTo("1");
        assertThat(redis.number("EXISTS", "fsm:8:8:data")).isZero();
        assertThat(out.toString(UTF_8))
                .contains("not removed fsm:7:7:data: ", "1 already there, 1 newer there, 0 skipped");
    }

    @Test
    void aKeyOfAnotherTypeIsSkippedAndNamed() {
        redis.call("RPUSH", "fsm:11:11:data", "x");
        redis.call("SET", "fsm:7:7:state", "A");
        assertThat(migrate("--dry-run")).isEqualTo(3);
        assertThat(migrate("--remove")).isEqualTo(3);
        assertThat(out.toString(UTF_8)).contains("skipped fsm:11:11:data: ", "2 of 2 keys: 1 migrated");
        assertThat(redis.number("EXISTS", "fsm:11:11:data", "fsm:{1:7:7}")).isEqualTo(2);
    }

    @Test
    void withoutATerminalThereIsNoBar() {
        redis.call("SET", "fsm:7:7:state", "A");
        assertThat(run("--redis", server.uri(0), "--bot", "1")).isZero();
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void namesWrongOptions() {
        assertThat(run("--redis", server.uri(0))).isEqualTo(2);
        assertThat(migrate("--bogus=hunter2")).isEqualTo(2);
        assertThat(migrate("redis://:hunter2")).isEqualTo(2);
        assertThat(migrate("--ttl", "-1")).isEqualTo(2);
        assertThat(migrate("--prefix")).isEqualTo(2);
        assertThat(migrate("--separator", "")).isEqualTo(2);
        assertThat(err.toString(UTF_8))
                .contains("bot(id)", "Unknown option: --bogus", "--ttl must be", "--prefix needs a value", "separator")
                .doesNotContain("hunter2")
                .hasLineCount(6); // no usage text, by which the errors would scroll away
        assertThat(err.toString(UTF_8).lines()).allMatch(line -> line.endsWith(". See --help."));
        assertThat(run("--help")).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo(MigrationOptions.USAGE);
    }

    @Test
    void aRedisThatIsAwayIsAFailure() {
        assertThat(run("--redis", "redis://u:hunter2@127.0.0.1:" + RedisServerProcess.freePort(), "--bot", "1"))
                .isEqualTo(1);
        assertThat(err.toString(UTF_8)).contains("refused").doesNotContain("hunter2");
    }
}
