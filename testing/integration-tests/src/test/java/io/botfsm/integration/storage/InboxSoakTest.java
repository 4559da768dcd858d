package io.botfsm.integration.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.integration.JavaProgram;
import io.botfsm.redis.client.testing.Proof;
import io.botfsm.redis.testkit.RedisServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two processes, each with another client, use inboxes on a server that has each write on disk and is killed again and
 * again. Nothing that was acknowledged is lost or doubled, and the order is kept.
 */
@Timeout(3_600)
class InboxSoakTest {
    private static final int CALLS = Proof.runs(200_000, 2_000);
    private static final int KILLS = Proof.runs(50, 3);

    private final CountDownLatch ready = new CountDownLatch(InboxModel.CLIENTS.size());
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong repeated = new AtomicLong();

    @Test
    void nothingAcknowledgedIsLostOrDoubledWhileTheServerIsKilled() throws Exception {
        int each = CALLS / InboxModel.CLIENTS.size();
        List<Process> users = new ArrayList<>();
        List<CompletableFuture<List<String>>> readers = new ArrayList<>();
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always")) {
            for (String client : InboxModel.CLIENTS) {
                Process user = JavaProgram.of(InboxModel.class, server.uri(0), client, "" + each)
                        .start();
                users.add(user);
                readers.add(CompletableFuture.supplyAsync(() -> count(user)));
            }
            assertThat(ready.await(1, TimeUnit.MINUTES)).isTrue();
            for (int kill = 1; kill <= KILLS; kill++) {
                long until = (long) CALLS * kill / (KILLS + 1);
                Awaitility.await()
                        .atMost(Duration.ofMinutes(30))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> done.get() >= until || users.stream().noneMatch(Process::isAlive));
                server.kill();
                server.startAgain();
            }
            for (int i = 0; i < users.size(); i++) {
                assertThat(readers.get(i).get(30, TimeUnit.MINUTES)).isEmpty();
                assertThat(users.get(i).waitFor()).isZero();
            }
        } finally {
            users.forEach(Process::destroyForcibly);
        }
        System.out.println(String.format(
                Locale.ROOT,
                "[soak] %,d calls of inboxes, %,d repeated, %d kills, nothing lost or doubled",
                done.get(),
                repeated.get(),
                KILLS));
        assertThat(done).hasValue(CALLS);
        assertThat(repeated).hasPositiveValue();
    }

    /** Returns what else it prints, such as a difference. */
    private List<String> count(Process user) {
        List<String> others = new ArrayList<>();
        user.inputReader(UTF_8).lines().forEach(line -> {
            Matcher batch = InboxModel.BATCH.matcher(line);
            if (batch.matches()) {
                done.addAndGet(Long.parseLong(batch.group(1)));
                repeated.addAndGet(Long.parseLong(batch.group(2)));
            } else if (line.equals(InboxModel.READY)) {
                ready.countDown();
            } else if (line.contains("Exception")) {
                others.add(line);
            } else {
                System.out.println("[inbox] " + line);
            }
        });
        return others;
    }
}
