package io.botfsm.integration.storage;

import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.Fsm;
import io.botfsm.Handled;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.Calls;
import io.botfsm.redis.jedis.JedisRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many callers, each with a thread of its own: a virtual one where the JDK has them. */
@Timeout(120)
class VirtualThreadsTest {
    private static final boolean JDK_HAS_THEM = Runtime.version().feature() >= 21;
    private static final int CONVERSATIONS = 10;
    private static final int EVENTS = 10;
    private static final int CONTENDERS = 8;

    private static RedisServerProcess server;

    private ExecutorService threads;

    enum Client {
        LETTUCE {
            @Override
            BotRedis.Builder builder() {
                return LettuceRedis.builder(server.uri(0));
            }
        },
        JEDIS {
            @Override
            BotRedis.Builder builder() {
                return JedisRedis.builder(server.uri(0));
            }
        };

        abstract BotRedis.Builder builder();

        /** So many calls at once may wait for long. */
        BotRedis connect() {
            return builder().commandTimeout(Duration.ofSeconds(20)).connect();
        }
    }

    @BeforeAll
    static void startServer() {
        server = RedisServerProcess.start("appendonly yes", "appendfsync always"); // so that no grant is held back
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void startThreads() throws ReflectiveOperationException {
        threads = JDK_HAS_THEM
                ? (ExecutorService) Executors.class
                        .getMethod("newVirtualThreadPerTaskExecutor")
                        .invoke(null)
                : Executors.newCachedThreadPool();
    }

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    private <T> List<T> together(Stream<Callable<T>> calls) throws Exception {
        List<Future<T>> running = calls.map(threads::submit).toList();
        List<T> results = new ArrayList<>();
        for (Future<T> call : running) {
            results.add(call.get(60, TimeUnit.SECONDS));
        }
        return results;
    }

    private static void isOnAThreadOfTheExecutor() {
        assertThat(Thread.currentThread().toString().startsWith("VirtualThread"))
                .isEqualTo(JDK_HAS_THEM);
    }

    /** Each event twice, all at the same time. */
    @ParameterizedTest
    @EnumSource
    void eachEventIsAppliedOnce(Client client) throws Exception {
        List<StorageKey> keys =
                Stream.generate(Calls::freshKey).limit(CONVERSATIONS).toList();
        try (BotRedis redis = client.connect()) {
            Fsm fsm = Fsm.builder(redis.stateStorage())
                    .timeout(Duration.ofMinutes(1))
                    .build();
            List<Boolean> done = together(Stream.iterate(0, i -> i + 1)
                    .limit(2L * EVENTS * CONVERSATIONS)
                    .map(i -> () -> isDone(fsm, keys.get(i % CONVERSATIONS), 1 + i / (2 * CONVERSATIONS))));
            assertThat(done).filteredOn(each -> each).hasSize(EVENTS * CONVERSATIONS);
            assertThat(keys)
                    .allSatisfy(
                            key -> assertThat(read(redis.stateStorage(), key).data())
                                    .containsEntry("n", Integer.toString(EVENTS)));
        }
    }

    private static boolean isDone(Fsm fsm, StorageKey key, long event) {
        isOnAThreadOfTheExecutor();
        return fsm.handle(
                        key,
                        event,
                        turn -> turn.put("n", turn.value("n", Integer.class).orElse(0) + 1))
                instanceof Handled.Done;
    }

    @ParameterizedTest
    @EnumSource
    void oneHoldsTheLockAtATime(Client client) throws Exception {
        AtomicInteger holders = new AtomicInteger();
        try (BotRedis redis = client.connect();
                LeaseStore store = redis.leaseStore()) {
            List<Long> tokens =
                    together(Stream.generate(() -> (Callable<Long>) () -> tokenOfATurn(store, "of " + client, holders))
                            .limit(CONTENDERS));
            assertThat(tokens).doesNotHaveDuplicates();
        }
    }

    private static long tokenOfATurn(LeaseStore store, String name, AtomicInteger holders) throws Exception {
        isOnAThreadOfTheExecutor();
        try (InstanceLock lock = InstanceLock.builder(store, name).build();
                Lease lease = lock.acquire(Duration.ofMinutes(1)).orThrow()) {
            assertThat(holders.incrementAndGet()).isOne();
            assertThat(lease.isHeld()).isTrue();
            assertThat(holders.decrementAndGet()).isZero();
            return lease.fencingToken();
        }
    }

    /** Two isolations, as two processes have them. */
    @ParameterizedTest
    @EnumSource
    void handlersOfAConversationRunOneAtATime(Client client) throws Exception {
        StorageKey key = freshKey();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger handled = new AtomicInteger();
        try (BotRedis redis = client.connect();
                LeaseStore store = redis.leaseStore();
                EventIsolation one = isolation(store);
                EventIsolation other = isolation(store)) {
            List<CompletionStage<Integer>> stages = new ArrayList<>();
            for (int i = 0; i < EVENTS; i++) {
                stages.add((i % 2 == 0 ? one : other).submit(key, () -> {
                    isOnAThreadOfTheExecutor();
                    assertThat(running.incrementAndGet()).isOne();
                    assertThat(running.decrementAndGet()).isZero();
                    return handled.incrementAndGet();
                }));
            }
            assertThat(stages).allSatisfy(stage -> assertThat(Calls.get(stage)).isPositive());
            assertThat(handled).hasValue(EVENTS);
        }
    }

    private EventIsolation isolation(LeaseStore store) {
        return EventIsolation.builder().leaseStore(store).executor(threads).build();
    }
}
