package io.botfsm.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.Poll;
import io.botfsm.telegram.testing.ShownMessage;
import io.botfsm.telegram.testing.TelegramUser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas on Redis are replaced one after the other while users write. */
@Timeout(600)
class RollingRestartTest {
    private static final int USERS = 4;
    private static final int JVM_AFTER_SIGTERM = 128 + 15;
    private static final String READINESS = "/actuator/health/readiness";

    @TempDir
    Path logs;

    private final AtomicIntegerArray said = new AtomicIntegerArray(USERS);
    private final AtomicBoolean writing = new AtomicBoolean(true);
    private RedisServerProcess redis;
    private BotApiDouble telegram;

    private Replica replica(String name) throws IOException {
        return Replica.start(
                CounterApp.class,
                logs.resolve(name),
                "server.port=0",
                "server.shutdown=graceful",
                "botfsm.storage=redis",
                "spring.data.redis.port=" + redis.port(),
                "botfsm.lock.name=counter",
                "botfsm.lock.standby=true",
                "botfsm.telegram.token=" + telegram.token(),
                "botfsm.telegram.server=" + telegram.uri(),
                "management.endpoint.health.probes.enabled=true");
    }

    private void write(TelegramUser user, int index) {
        user.says("/count");
        while (writing.get()) {
            user.says("again");
            said.incrementAndGet(index);
            try {
                Thread.sleep(250); // the pace of the load
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Test
    void noUpdateIsLostOrDoubledAndNobodyPollsBesideTheActiveOne() throws Exception {
        ExecutorService load = Executors.newFixedThreadPool(USERS);
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
                BotApiDouble started = BotApiDouble.start()) {
            redis = server;
            telegram = started;
            List<TelegramUser> users =
                    LongStream.range(1, USERS + 1).mapToObj(telegram::user).toList();
            try (Replica one = replica("one");
                    Replica other = replica("other")) {
                Replica first = awaitActive(one, other);
                Replica second = first == one ? other : one;
                second.awaitLog("Standing by");
                assertReady(first, 200);
                assertReady(second, 200);
                for (int i = 0; i < USERS; i++) {
                    int index = i;
                    load.execute(() -> write(users.get(index), index));
                }
                await().atMost(Duration.ofSeconds(60)).until(() -> said.get(0) > 10);
                TelegramUser slow = telegram.user(99);
                slow.says("/count");
                slow.awaitReply("n=0", Duration.ofSeconds(30));
                slow.says(CounterApp.SLOW);
                first.awaitLog("A slow answer begins");
                first.terminate();
                first.awaitLog("Shutdown step \"stop polling\"");
                assertReady(first, 503);
                try (Replica third = replica("third")) {
                    assertThat(first.awaitExit()).as(first.log()).isEqualTo(JVM_AFTER_SIGTERM);
                    assertOrder(first.log());
                    Replica next = awaitActive(second, third);
                    Replica last = next == second ? third : second;
                    slow.awaitReply("n=1", Duration.ofSeconds(30));
                    last.awaitLog("Standing by");
                    assertReady(last, 200);
                    next.terminate();
                    assertThat(next.awaitExit()).isEqualTo(JVM_AFTER_SIGTERM);
                    assertOrder(next.log());
                    last.awaitLog("The bot has started");
                    writing.set(false);
                    load.shutdown();
                    assertThat(load.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
                    for (int i = 0; i < USERS; i++) {
                        String counted = "n=" + said.get(i);
                        TelegramUser user = users.get(i);
                        await().atMost(Duration.ofMinutes(2))
                                .untilAsserted(() -> assertThat(newest(user)).isEqualTo(counted));
                    }
                }
            }
            assertThat(telegram.polls()).noneMatch(poll -> poll.outcome() == Poll.Outcome.CONFLICT);
        } finally {
            load.shutdownNow();
        }
    }

    /**
     * Returns the replica that is active first, whether both start at once, or one takes over while the other starts.
     */
    private static Replica awaitActive(Replica one, Replica other) {
        await().atMost(Duration.ofMinutes(3))
                .untilAsserted(() -> assertThat(one.isActive() || other.isActive())
                        .as(() -> one.log() + other.log())
                        .isTrue());
        return one.isActive() ? one : other;
    }

    private static String newest(TelegramUser user) {
        List<ShownMessage> all = user.messages();
        return all.isEmpty() ? "" : all.get(all.size() - 1).text();
    }

    private static void assertReady(Replica replica, int status) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(replica.status(READINESS)).isEqualTo(status));
    }

    /** The bot stops first, then the lock is released, then the web server stops. */
    private static void assertOrder(String log) {
        List<Integer> at = List.of(
                log.indexOf("The bot stops: stop() was called"),
                log.indexOf("Shutdown step \"stop polling\": done"),
                log.indexOf("Shutdown step \"drain\": done"),
                log.indexOf("Shutdown step \"release the lock\": done"),
                log.indexOf("Ended with status 0"),
                log.indexOf("Commencing graceful shutdown"));
        assertThat(at).as(log).doesNotContain(-1).isSorted();
    }
}
