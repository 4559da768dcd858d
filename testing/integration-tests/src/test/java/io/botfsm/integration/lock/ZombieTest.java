package io.botfsm.integration.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.Fsm;
import io.botfsm.lock.AcquireResult.Acquired;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
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
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A handler that begins under one lease and ends under the next changes nothing. */
@Timeout(300)
class ZombieTest {
    private static final int USERS = 100;
    private static final Duration TTL = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    static Stream<Supplier<LeaseServer>> servers() {
        return Stream.of(RedisLeaseServer::new, PostgresLeaseServer::new);
    }

    private static List<Snapshot> all(StateStorage storage) {
        List<Snapshot> snapshots = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            snapshots.add(storage.read(Zombie.key(user)).toCompletableFuture().join());
        }
        return snapshots;
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aProcessStoppedInsideItsHandlersChangesNothingOnceAnotherHasTakenOver(Supplier<LeaseServer> start)
            throws Exception {
        try (LeaseServer server = start.get();
                InstanceProcess zombie = InstanceProcess.start(
                        directory, Zombie.class, server.uri(), Long.toString(TTL.toMillis()), Integer.toString(USERS));
                Backend backend = Backend.open(server.uri());
                InstanceLock lock = InstanceLock.builder(backend.leases(), Zombie.LOCK)
                        .ttl(TTL)
                        .build()) {
            Awaitility.await().atMost(PATIENCE).until(() -> zombie.log().contains(Zombie.INSIDE));
            zombie.suspend();
            Fsm fsm = Fsm.of(backend.conversations());
            try (Lease lease = lock.acquire(PATIENCE).orThrow()) {
                Fsm ours = fsm.fencedBy(lease.fencingToken());
                for (int user = 0; user < USERS; user++) {
                    boolean clears = user % 4 == 0;
                    ours.handle(Zombie.key(user), 2, turn -> clears ? turn.clear() : turn.state("MOVED_ON"));
                }
                List<Snapshot> before = all(backend.conversations());

                zombie.resume();
                zombie.type("x");
                assertThat(zombie.awaitExit()).as(zombie.log()).isZero();

                assertThat(zombie.log()).contains(Zombie.allRefused(USERS));
                assertThat(all(backend.conversations())).isEqualTo(before);
                assertThat(lease.isHeld()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aHandlerOfAnEarlierLeaseOfTheSameProcessChangesNothing(Supplier<LeaseServer> start) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (LeaseServer server = start.get();
                Backend backend = Backend.open(server.uri());
                InstanceLock lock =
                        InstanceLock.builder(backend.leases(), "same").ttl(TTL).build()) {
            Fsm fsm = Fsm.of(backend.conversations());
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
