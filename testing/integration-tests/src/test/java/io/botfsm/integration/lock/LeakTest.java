package io.botfsm.integration.lock;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Locks that are taken and given back leave no thread, connection, subscription or key behind, but the fence. */
@Timeout(300)
class LeakTest {
    private static final int CYCLES = 10_000;
    private static final int LOCKS = 300;

    /**
     * The test's own connection, and one each for conversations and leases; the one for subscriptions ends with them.
     */
    private static final int CONNECTIONS = 3;

    private static final String NAME = "bot";
    private static final String LEASE = "lock:{bot}";

    private final RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always");
    private final RespConnection admin = server.connect();
    private final BotRedis redis = LettuceRedis.connect(server.uri(0));
    private final LeaseStore store = redis.leaseStore();
    private final ExecutorService waiting = Executors.newSingleThreadExecutor();
    private long threads;

    @BeforeEach
    void count() throws Exception {
        handOver(2); // so that the client has the threads that it needs
        admin.call("CONFIG", "SET", "appendfsync", "no"); // the disk is not what takes time here
        Awaitility.await().until(() -> subscriptions().isEmpty());
        Awaitility.await().until(() -> connections() == CONNECTIONS);
        Awaitility.await().until(() -> threads("lock-") == 0);
        threads = threads("");
    }

    @AfterEach
    void close() {
        waiting.shutdownNow();
        redis.close();
        admin.close();
        server.close();
    }

    @Test
    void oneLockManyTimes() {
        long begin = System.nanoTime();
        long last = 0;
        try (InstanceLock lock = lock()) {
            for (int i = 0; i < CYCLES; i++) {
                try (Lease lease = lock.tryAcquire().orThrow()) {
                    assertThat(lease.fencingToken()).isGreaterThan(last);
                    last = lease.fencingToken();
                }
            }
            assertThat(threads("lock-")).as("of a lock that is open").isLessThanOrEqualTo(3);
        }
        print(CYCLES + " cycles", begin);
        requireNothingLeft();
        assertThat(admin.text("GET", LEASE + ":fence")).startsWith(last + " ");
    }

    @Test
    void manyLocksOneAfterAnother() throws Exception {
        long begin = System.nanoTime();
        handOver(LOCKS);
        print(LOCKS + " locks, each standing by for the one before", begin);
        requireNothingLeft();
    }

    /** Hands the lease over from lock to lock, each of which stands by first. */
    private void handOver(int locks) throws Exception {
        InstanceLock holder = lock();
        Lease held = holder.tryAcquire().orThrow();
        for (int i = 1; i < locks; i++) {
            InstanceLock next = lock();
            CompletableFuture<Lease> standby = standBy(next);
            while (!subscriptions().contains(LEASE)) {
                Thread.onSpinWait();
            }
            holder.close();
            Lease lease = standby.get(30, TimeUnit.SECONDS);
            assertThat(lease.fencingToken()).isGreaterThan(held.fencingToken());
            holder = next;
            held = lease;
        }
        holder.close();
    }

    private InstanceLock lock() {
        return InstanceLock.builder(store, NAME).build();
    }

    private CompletableFuture<Lease> standBy(InstanceLock lock) {
        CompletableFuture<Lease> result = new CompletableFuture<>();
        waiting.execute(() -> {
            try {
                result.complete(lock.acquire(Duration.ofMinutes(1)).orThrow());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private void requireNothingLeft() {
        Awaitility.await().untilAsserted(() -> {
            assertThat(subscriptions()).isEmpty();
            assertThat(connections()).isEqualTo(CONNECTIONS);
            assertThat(threads("lock-")).isZero();
            assertThat(threads(""))
                    .as("the client's second event loops, at most")
                    .isLessThanOrEqualTo(threads + 2);
            assertThat(texts(admin.call("KEYS", "*"))).containsExactly(LEASE + ":fence");
        });
    }

    private List<String> subscriptions() {
        return texts(admin.call("PUBSUB", "CHANNELS"));
    }

    private static List<String> texts(Object reply) {
        return ((List<?>) reply)
                .stream().map(text -> new String((byte[]) text, UTF_8)).toList();
    }

    private long connections() {
        return admin.text("CLIENT", "LIST").lines().count();
    }

    private static long threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix) && !name.startsWith("awaitility"))
                .count();
    }

    private static void print(String what, long begin) {
        System.out.printf(
                Locale.ROOT,
                "[measured] %s: %,d ms%n",
                what,
                Duration.ofNanos(System.nanoTime() - begin).toMillis());
    }
}
