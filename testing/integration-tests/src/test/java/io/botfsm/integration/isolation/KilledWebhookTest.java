package io.botfsm.integration.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.integration.JavaProgram;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two bots behind one webhook; one is killed half-way, and what it did not answer is delivered to the other. */
@Timeout(300)
class KilledWebhookTest {
    private static final boolean PROOF = Boolean.getBoolean("botfsm.proof");
    private static final int USERS = PROOF ? 1_000 : 100;
    private static final int UPDATES = PROOF ? 100 : 30;
    private static final long TTL_MILLIS = 2_000;
    /** The most unanswered updates of one process: no more than its isolation accepts. */
    private static final int UNANSWERED = 5_000;

    private static RedisServerProcess server;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void nothingIsLostAndNothingAppliedTwice() throws Exception {
        long begin = System.nanoTime();
        int total = USERS * UPDATES;
        int redelivered;
        try (Bot one = new Bot();
                Bot two = new Bot()) {
            one.awaitReady();
            two.awaitReady();
            boolean killed = false;
            redelivered = 0;
            for (int update = 0; update < UPDATES; update++) {
                for (int user = 0; user < USERS; user++) {
                    Bot bot = killed || (user + update) % 2 == 0 ? two : one;
                    bot.deliver(user + " " + update);
                }
                if (update == UPDATES / 2) {
                    Awaitility.await().until(() -> one.answered.size() > total / 10);
                    one.kill();
                    killed = true;
                    List<String> again = one.unanswered();
                    redelivered = again.size();
                    again.forEach(two::deliver);
                }
            }
            Awaitility.await()
                    .atMost(200, TimeUnit.SECONDS)
                    .until(() -> two.unanswered().isEmpty());
            assertThat(redelivered).as("killed when it had nothing to do").isPositive();
            assertThat(one.answered.size() + two.answered.size()).isEqualTo(total);
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        System.out.println(String.format(
                Locale.ROOT,
                "[measured] two processes, %,d users × %d updates, one killed: %,d delivered again, %,d ms",
                USERS,
                UPDATES,
                redelivered,
                millis));
        try (BotRedis redis = LettuceRedis.connect(server.uri(0))) {
            Fsm fsm = Fsm.of(redis.stateStorage());
            for (int user = 0; user < USERS; user++) {
                assertThat(fsm.context(WebhookProcess.key(user))
                                .read()
                                .data(WebhookProcess.Seen.class)
                                .orElseThrow()
                                .updates())
                        .as("of user %d", user)
                        .containsExactlyInAnyOrderElementsOf(
                                IntStream.range(0, UPDATES).boxed().toList());
            }
        }
    }

    /** A process, and what it was given and has answered. */
    private static final class Bot implements AutoCloseable {
        private final Process process;
        private final PrintStream input;
        private final Thread reader;
        private final CountDownLatch ready = new CountDownLatch(1);
        private final Set<String> delivered = ConcurrentHashMap.newKeySet();
        private final Set<String> answered = ConcurrentHashMap.newKeySet();
        private final Collection<String> said = new ConcurrentLinkedQueue<>();

        private Bot() throws IOException {
            process = JavaProgram.of(WebhookProcess.class, server.uri(0), Long.toString(TTL_MILLIS))
                    .start();
            input = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
            reader = new Thread(this::read);
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.equals("ready")) {
                        ready.countDown();
                    } else if (line.startsWith("ok ")) {
                        answered.add(line.substring(3));
                    } else if (line.startsWith("no ")) {
                        input.println(line.substring(3)); // delivered again
                    } else {
                        said.add(line);
                    }
                }
            } catch (IOException e) {
                said.add(e.toString());
            }
        }

        private void awaitReady() throws InterruptedException {
            assertThat(ready.await(60, TimeUnit.SECONDS))
                    .as(() -> said.toString())
                    .isTrue();
        }

        private void deliver(String update) {
            if (delivered.size() - answered.size() >= UNANSWERED) {
                Awaitility.await()
                        .atMost(100, TimeUnit.SECONDS)
                        .until(() -> delivered.size() - answered.size() < UNANSWERED);
            }
            delivered.add(update);
            input.println(update);
        }

        /** SIGKILL; what it has answered until then is known afterwards. */
        private void kill() throws InterruptedException {
            process.destroyForcibly();
            reader.join(TimeUnit.SECONDS.toMillis(20));
        }

        private List<String> unanswered() {
            List<String> left = new ArrayList<>(delivered);
            left.removeAll(answered);
            return left;
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
