package io.botfsm.integration.timeout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.integration.JavaProgram;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.Proof;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.storage.Snapshot;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A bot with timeouts, a way back, work and a sub-dialog, killed at random times and started again. Its users' answers
 * are delivered until they are handled.
 */
@Timeout(3_600)
class KilledTimeoutsTest {
    private static final int USERS = 50;
    private static final int KILLS = Proof.runs(50, 3);
    private static final List<String> CLIENTS = List.of("lettuce", "jedis");

    /** What a user does after having given an address, and what comes of it. */
    private enum Kind {
        ANSWERS("yes"),
        WAITS("wait"),
        IS_REMINDED("remind"),
        LEAVES("leave"),
        LEAVES_NOTHING("leave nothing"),
        RACES("wait");

        private final String says;

        Kind(String says) {
            this.says = says;
        }

        private static Kind of(int user) {
            return values()[user % values().length];
        }
    }

    private final Random random = new Random(Long.getLong("botfsm.seed", System.nanoTime()));
    private @Nullable Process bot;
    private @Nullable BufferedReader said;
    private @Nullable PrintStream heard;
    private int starts;
    private int updates;
    private int repeated;

    @Test
    void eachTimeoutIsEffectiveOnceAndItsMessageIsSent() throws Exception {
        int redelivered = 0;
        try (RedisServerProcess server = RedisServerProcess.start();
                BotRedis redis = LettuceRedis.connect(server.uri(0));
                RespConnection database = server.connect()) {
            Fsm fsm = Fsm.of(redis.stateStorage());
            start(server);
            for (int round = 0; round < KILLS; round++) {
                int first = round * USERS;
                Process victim = requireNonNull(bot);
                boolean isAmongTimeouts = round % 3 > 0;
                CompletableFuture<Void> kill =
                        CompletableFuture.runAsync(() -> kill(victim, server, first, isAmongTimeouts));
                for (int user = first; user < first + USERS; user++) {
                    talk(server, user);
                }
                kill.get();
                victim.waitFor();
                for (int user = first; user < first + USERS; user++) {
                    if (Kind.of(user) == Kind.RACES) {
                        deliver(server, user, 9, "sure");
                    }
                }
                if (requireNonNull(bot) == victim) {
                    start(server);
                }
            }
            for (int user = 0; user < KILLS * USERS; user++) {
                int each = user;
                Awaitility.await() // also for what is repeated after a minute
                        .atMost(Duration.ofMinutes(5))
                        .until(() -> isDone(
                                each, fsm.context(TimeoutBot.key(each)).read().snapshot()));
                redelivered += check(user, fsm, database);
            }
        } finally {
            Optional.ofNullable(bot).ifPresent(Process::destroyForcibly);
        }
        System.out.println(String.format(
                Locale.ROOT,
                "[measured] %d kills, %,d users, %,d updates, %d of them delivered again, %d timeouts whose words were not sent as they were",
                KILLS,
                KILLS * USERS,
                updates,
                repeated,
                redelivered));
    }

    /** Kills the bot while users answer, or while timeouts are sent. */
    private void kill(Process victim, RedisServerProcess server, int first, boolean isAmongTimeouts) {
        try (RespConnection database = server.connect()) {
            while (isAmongTimeouts && !isAnySent(database, first)) {
                Thread.sleep(10);
            }
            Thread.sleep(random.nextInt(isAmongTimeouts ? 500 : 3_000));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            victim.destroyForcibly();
        }
    }

    private static boolean isAnySent(RespConnection database, int first) {
        return IntStream.range(first, first + USERS)
                .anyMatch(user -> Long.valueOf(1).equals(database.call("EXISTS", "sent:" + user)));
    }

    private void start(RedisServerProcess server) throws IOException {
        Process process = JavaProgram.of(TimeoutBot.class, server.uri(0), CLIENTS.get(starts++ % CLIENTS.size()))
                .start();
        bot = process;
        said = process.inputReader(UTF_8);
        heard = new PrintStream(process.getOutputStream(), true, UTF_8);
        assertThat(awaitLine("ready")).as("started").isTrue();
    }

    /** Whether the line was printed before the process ended. */
    private boolean awaitLine(String expected) {
        try {
            for (String line = requireNonNull(said).readLine(); line != null; line = said.readLine()) {
                if (line.equals(expected)) {
                    return true;
                }
                System.out.println("[bot] " + line);
            }
        } catch (IOException e) {
            // of a process that was killed
        }
        return false;
    }

    private void talk(RedisServerProcess server, int user) throws Exception {
        List<String> texts = List.of(
                "/visit",
                "name " + user,
                "wrong street",
                "/back",
                "street " + user,
                "city " + user,
                Kind.of(user).says);
        for (int i = 0; i < texts.size(); i++) {
            deliver(server, user, i, texts.get(i));
        }
    }

    private void deliver(RedisServerProcess server, int user, int event, String text) throws Exception {
        String update = user + " " + event + " " + text;
        updates++;
        requireNonNull(heard).println(update);
        while (!awaitLine("ok " + update)) {
            repeated++;
            Thread.sleep(random.nextInt(4_000)); // so that some timeouts pass while no bot runs
            start(server);
            requireNonNull(heard).println(update);
        }
    }

    private static boolean isDone(int user, Snapshot now) {
        return now.deadline().isEmpty()
                && !now.attributes().containsKey("flow.work")
                && switch (Kind.of(user)) {
                    case LEAVES, LEAVES_NOTHING -> now.state().isEmpty();
                    case IS_REMINDED -> now.state().equals(Optional.of("Visit:REMINDING"));
                    default -> now.state().equals(Optional.of("Visit:BOOKED"));
                };
    }

    /** Returns how many timeouts did not say what they would have said without a crash. */
    private static int check(int user, Fsm fsm, RespConnection database) {
        List<String> sent = texts(database.call("LRANGE", "sent:" + user, "0", "-1"));
        List<String> booked = texts(database.call("HVALS", "booked:" + user));
        Snapshot now = fsm.context(TimeoutBot.key(user)).read().snapshot();
        String profile = "name " + user + ", street " + user + ", city " + user + " by ";
        return switch (Kind.of(user)) {
            case ANSWERS -> {
                assertThat(booked).containsExactly(profile + "answer");
                assertThat(sent).allMatch(("booked " + profile + "answer")::equals, "a redelivery of work at most");
                yield 0;
            }
            case WAITS -> {
                assertThat(booked).containsExactly(profile + "timeout");
                assertThat(sent).contains("booked " + profile + "timeout").doesNotContain("never");
                yield 0;
            }
            case RACES -> {
                assertThat(booked).hasSize(1);
                assertThat(booked.get(0)).isIn(profile + "answer", profile + "timeout");
                assertThat(sent).allMatch(("booked " + booked.get(0))::equals, "of what was effective");
                yield 0;
            }
            case IS_REMINDED -> {
                assertThat(booked).isEmpty();
                assertThat(now.data()).as("once").containsEntry("Visit:reminders", "1");
                assertThat(sent).contains("well? 1");
                yield sent.contains("still there?") ? 0 : 1;
            }
            case LEAVES -> {
                assertThat(now.data()).as("once").isEqualTo(Map.of("left", "1"));
                assertThat(sent).contains("idle");
                yield sent.contains("let go") ? 0 : 1;
            }
            case LEAVES_NOTHING -> {
                assertThat(now.data()).isEmpty();
                assertThat(now.attributes()).isEmpty();
                assertThat(sent).contains("idle");
                assertThat(sent.stream().filter("let go"::equals)).hasSizeLessThanOrEqualTo(1);
                yield sent.contains("let go") ? 0 : 1;
            }
        };
    }

    private static List<String> texts(@Nullable Object reply) {
        List<String> texts = new ArrayList<>();
        for (Object text : (List<?>) requireNonNull(reply)) {
            texts.add(new String((byte[]) text, UTF_8));
        }
        return texts;
    }
}
