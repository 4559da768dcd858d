package io.botfsm.integration.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.lock.AcquireResult.Acquired;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.FencedException;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What begins under one lease and ends under the next changes nothing. */
@Timeout(300)
class ZombieTest {
    private static final int USERS = 100;
    private static final Duration TTL = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static RedisServerProcess server;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        server = RedisServerProcess.start("appendonly yes", "appendfsync always"); // never forgets: no quarantine
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static List<Snapshot> all(StateStorage storage) {
        List<Snapshot> snapshots = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            snapshots.add(storage.read(Zombie.key(user)).toCompletableFuture().join());
        }
        return snapshots;
    }

    @Test
    void aProcessStoppedInsideItsHandlersChangesNothingOnceAnotherHasTakenOver() throws Exception {
        try (InstanceProcess zombie = InstanceProcess.start(
                        directory,
                        Zombie.class,
                        server.uri(0),
                        Long.toString(TTL.toMillis()),
                        Integer.toString(USERS));
                BotRedis redis = LettuceRedis.connect(server.uri(0));
                LeaseStore leases = LettuceRedis.builder(server.uri(0)).leaseStore();
                InstanceLock lock =
                        InstanceLock.builder(leases, Zombie.LOCK).ttl(TTL).build()) {
            Awaitility.await().atMost(PATIENCE).until(() -> zombie.log().contains(Zombie.INSIDE));
            zombie.suspend();
            Fsm fsm = Fsm.of(redis.stateStorage());
            try (Lease lease = lock.acquire(PATIENCE).orThrow()) {
                Fsm ours = fsm.fencedBy(lease.fencingToken());
                for (int user = 0; user < USERS; user++) {
                    boolean clears = user % 4 == 0;
                    ours.handle(Zombie.key(user), 2, turn -> clears ? turn.clear() : turn.state("MOVED_ON"));
                }
                List<Snapshot> before = all(redis.stateStorage());

                zombie.resume();
                zombie.type("x");
                assertThat(zombie.awaitExit()).as(zombie.log()).isZero();

                assertThat(zombie.log()).contains(Zombie.allRefused(USERS));
                assertThat(all(redis.stateStorage())).isEqualTo(before);
                assertThat(lease.isHeld()).isTrue();
            }
        }
    }

    @Test
    void aHandlerOfAnEarlierLeaseOfTheSameProcessChangesNothing() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (BotRedis redis = LettuceRedis.connect(server.uri(1));
                LeaseStore leases = LettuceRedis.builder(server.uri(1)).leaseStore();
                InstanceLock lock =
                        InstanceLock.builder(leases, "same").ttl(TTL).build()) {
            Fsm fsm = Fsm.of(redis.stateStorage());
            Lease first = lock.tryAcquire().orThrow();
            Fsm early = fsm.fencedBy(first.fencingToken());
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            Future<?> handler = thread.submit(() -> early.handle(Zombie.key(1), 1, turn -> {
                inside.countDown();
                await(go);
                return turn.state("EARLY");
            }));
            assertThat(inside.await(60, TimeUnit.SECONDS)).isTrue();

            lock.forceRelease();
            Awaitility.await().atMost(PATIENCE).until(() -> !first.isHeld());
            Lease second = ((Acquired) lock.acquire(PATIENCE)).lease();
            assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
            fsm.fencedBy(second.fencingToken()).handle(Zombie.key(1), 2, turn -> turn.clear());
            go.countDown();

            assertThatThrownBy(() -> handler.get(60, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(FencedException.class, e -> {
                        assertThat(e.token()).isEqualTo(first.fencingToken());
                        assertThat(e.highest()).isEqualTo(second.fencingToken());
                    });
            assertThat(fsm.context(Zombie.key(1)).state()).isEmpty();
            second.close();
        } finally {
            thread.shutdownNow();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
