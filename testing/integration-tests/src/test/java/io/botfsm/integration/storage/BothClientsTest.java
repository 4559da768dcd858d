package io.botfsm.integration.storage;

import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.FsmContext;
import io.botfsm.integration.JavaProgram;
import io.botfsm.lock.AcquireResult;
import io.botfsm.lock.AcquireResult.Acquired;
import io.botfsm.lock.AcquireResult.HeldBy;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.Calls;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.EventId;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome.Fenced;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two programs, one on each client, share conversations and locks exactly. */
@Timeout(300)
class BothClientsTest {
    private static final boolean PROOF = Boolean.getBoolean("botfsm.proof");
    private static final int THREADS = 4;

    private static RedisServerProcess server;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start("appendonly yes", "appendfsync always"); // so that no grant is held back
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** One of the programs is a process of its own. */
    @Test
    void incrementsOfBothSumExactly() throws Exception {
        int increments = PROOF ? 5_000 : 250;
        StorageKey key = freshKey();
        Process lettuce = JavaProgram.of(OnLettuce.class, server.uri(0), key.bot(), Integer.toString(increments))
                .start();
        try (BotRedis redis = JedisRedis.connect(server.uri(0))) {
            long begin = System.nanoTime();
            increment(redis.stateStorage(), key, increments);
            String output = new String(lettuce.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(lettuce.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(lettuce.exitValue()).as(output).isZero();
            int expected = 2 * THREADS * increments;
            System.out.println(String.format(
                    Locale.ROOT,
                    "[measured] one program on each client, %d threads × %,d increments each: %s of %d in %d ms",
                    THREADS,
                    increments,
                    read(redis.stateStorage(), key).data().get("n"),
                    expected,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)));
            assertThat(read(redis.stateStorage(), key).data()).containsEntry("n", Integer.toString(expected));
        } finally {
            lettuce.destroyForcibly();
        }
    }

    private static void increment(StateStorage storage, StorageKey key, int times) throws Exception {
        FsmContext context =
                Fsm.builder(storage).timeout(Duration.ofMinutes(2)).build().context(key);
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> threads = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                threads.add(pool.submit(() -> {
                    for (int i = 0; i < times; i++) {
                        context.update(turn ->
                                turn.put("n", turn.value("n", Integer.class).orElse(0) + 1));
                    }
                }));
            }
            for (Future<?> thread : threads) {
                thread.get(4, TimeUnit.MINUTES);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** The other program. */
    static final class OnLettuce {
        private OnLettuce() {}

        public static void main(String[] args) throws Exception {
            try (BotRedis redis = LettuceRedis.connect(args[0])) {
                StorageKey key = StorageKey.bot(args[1]).chat(1).user(2).build();
                increment(redis.stateStorage(), key, Integer.parseInt(args[2]));
            }
        }
    }

    @Test
    void whatOneWritesTheOtherReads() {
        StorageKey key = freshKey();
        try (BotRedis jedis = JedisRedis.connect(server.uri(0));
                BotRedis lettuce = LettuceRedis.connect(server.uri(0))) {
            Mutation first = Mutation.builder()
                    .state("A")
                    .put("\u00e9 \ud83d\ude00", "\"\u0000\"")
                    .eventId(7)
                    .fencingToken(5)
                    .build();
            Calls.get(jedis.stateStorage().write(key, first));
            assertThat(read(lettuce.stateStorage(), key)).isEqualTo(read(jedis.stateStorage(), key));
            assertThat(read(lettuce.stateStorage(), key).events().contains(EventId.of(7)))
                    .isTrue();
            assertThat(Calls.get(lettuce.stateStorage()
                            .write(key, Mutation.builder().fencingToken(4).build())))
                    .isEqualTo(Fenced.of(5));
        }
    }

    /** At most one of both holds the lock, its tokens rise, and a release on one client wakes a waiter on the other. */
    @Test
    void aLockIsHeldByOneOfBoth() throws Exception {
        try (BotRedis jedis = JedisRedis.connect(server.uri(0));
                BotRedis lettuce = LettuceRedis.connect(server.uri(0));
                InstanceLock one = lock(jedis.leaseStore());
                InstanceLock other = lock(lettuce.leaseStore())) {
            long token = 0;
            for (int i = 0; i < 5; i++) {
                InstanceLock first = i % 2 == 0 ? one : other;
                InstanceLock second = i % 2 == 0 ? other : one;
                Lease lease = first.acquire(Duration.ofSeconds(30)).orThrow();
                assertThat(lease.fencingToken()).isGreaterThan(token);
                assertThat(second.tryAcquire()).isInstanceOf(HeldBy.class);
                ExecutorService waiting = Executors.newSingleThreadExecutor();
                Future<AcquireResult> next = waiting.submit(() -> second.acquire(Duration.ofSeconds(60)));
                long begin = System.nanoTime();
                lease.close();
                Lease taken = ((Acquired) next.get(60, TimeUnit.SECONDS)).lease();
                // Far less than the lease would have lasted.
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
                assertThat(taken.fencingToken()).isGreaterThan(lease.fencingToken());
                token = taken.fencingToken();
                taken.close();
                waiting.shutdownNow();
            }
        }
    }

    private static InstanceLock lock(LeaseStore store) {
        return InstanceLock.builder(store, "both").ttl(Duration.ofSeconds(30)).build();
    }
}
