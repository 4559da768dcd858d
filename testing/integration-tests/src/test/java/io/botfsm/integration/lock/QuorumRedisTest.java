package io.botfsm.integration.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.integration.lock.Contender.Held;
import io.botfsm.integration.lock.Contender.Loss;
import io.botfsm.lock.Lease;
import io.botfsm.lock.LockUnavailableException;
import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.LossReason;
import io.botfsm.redis.client.testing.Proof;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Locks over several Redis servers, of which some fail: A holds the lock, B stands by, and a watch observes both. */
@Timeout(300)
class QuorumRedisTest {
    private static final Duration TTL = Duration.ofSeconds(3);
    private static final String[] NEVER_FORGETS = {"appendonly yes", "appendfsync always"};
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @ParameterizedTest(name = "of {0}")
    @ValueSource(ints = {3, 5})
    void aMinorityIsKilledAndNothingIsLost(int count) {
        try (Nodes nodes = new Nodes(count, NEVER_FORGETS);
                Contender a = new Contender(nodes.quorum(), TTL);
                Contender b = new Contender(nodes.quorum(), TTL);
                Watch watch = new Watch(a, b)) {
            Lease held = a.acquire();
            CompletableFuture<Held> standby = b.standBy();
            nodes.awaitStandby();
            List<Set<Integer>> minorities = some(nodes.sets(count - nodes.majority()), 1);
            for (Set<Integer> minority : minorities) {
                nodes.kill(minority);
                requireRenewals(a, 3);
                nodes.startAgain(minority);
                Awaitility.await().atMost(PATIENCE).until(() -> nodes.have(held, minority));
                requireRenewals(a, 1);
            }
            requireHeldAllTheTime(a, held, standby, watch);
            System.out.printf(
                    Locale.ROOT,
                    "[measured] of %d servers, each of %d minorities killed: %d renewals, nothing lost%n",
                    count,
                    minorities.size(),
                    a.renewals());
        }
    }

    /** One minority after another, so that no server is left which knew the lease from the beginning. */
    @ParameterizedTest(name = "of {0}")
    @ValueSource(ints = {3, 5})
    void aMinorityThatRestartsEmptyLetsNobodyIn(int count) {
        try (Nodes nodes = new Nodes(count);
                Contender a = new Contender(nodes.quorum(), TTL);
                Contender b = new Contender(nodes.quorum(), TTL);
                Watch watch = new Watch(a, b)) {
            Lease held = a.acquire();
            CompletableFuture<Held> standby = b.standBy();
            nodes.awaitStandby();
            List<Set<Integer>> minorities = some(nodes.sets(count - nodes.majority()), 2);
            for (Set<Integer> minority : minorities) {
                nodes.kill(minority);
                nodes.startAgain(minority);
                Awaitility.await().atMost(PATIENCE).until(() -> nodes.have(held, minority));
                requireRenewals(a, 2);
            }
            requireHeldAllTheTime(a, held, standby, watch);
            System.out.printf(
                    Locale.ROOT,
                    "[measured] of %d servers, each of %d minorities restarted empty: %d renewals, nobody let in%n",
                    count,
                    minorities.size(),
                    a.renewals());
        }
    }

    @ParameterizedTest(name = "of {0}")
    @ValueSource(ints = {3, 5})
    void aMajorityIsKilledAndNobodyHasTheLock(int count) {
        try (Nodes nodes = new Nodes(count, NEVER_FORGETS);
                Contender a = new Contender(nodes.quorum(), TTL);
                Contender b = new Contender(nodes.quorum(), TTL);
                Watch watch = new Watch(a, b)) {
            Lease held = a.acquire();
            CompletableFuture<Held> standby = b.standBy();
            nodes.awaitStandby();
            Set<Integer> majority = nodes.sets(nodes.majority()).get(0);
            nodes.kill(majority);
            Loss loss = a.awaitLoss();
            assertThat(loss.reason()).isEqualTo(LossReason.EXPIRED);
            assertThat(loss.late())
                    .isLessThan(Duration.ofMillis(Proof.IS_WHOLE ? 100 : 5_000).plus(watch.longestPause()));
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(a::acquire).isInstanceOf(LockUnavailableException.class);
            }
            assertThat(standby).isNotDone();

            nodes.startAgain(majority);
            Held next = b.await(standby);
            assertThat(next.lease().fencingToken()).isGreaterThan(held.fencingToken());
            watch.requireNeverTogether();
            System.out.printf(
                    Locale.ROOT,
                    "[measured] a majority of %d servers killed: A notified %+d ms from its deadline%n",
                    count,
                    loss.late().toMillis());
        }
    }

    /**
     * Tokens are ahead of the time of day here, which makes them rise otherwise: so only what a majority has stored
     * makes them rise.
     */
    @ParameterizedTest(name = "of {0}")
    @ValueSource(ints = {3, 5})
    void tokensRiseOverEveryMajority(int count) {
        long seed = Long.getLong("botfsm.seed", System.nanoTime());
        try (Nodes nodes = new Nodes(count, NEVER_FORGETS);
                LeaseStore quorum = nodes.quorum()) {
            long ahead = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()) + TimeUnit.DAYS.toMicros(1);
            long last = grantedAndReleased(quorum, ahead);
            List<Set<Integer>> majorities = some(orders(nodes.majorities(), new Random(seed)), 4);
            for (Set<Integer> majority : majorities) {
                nodes.letRun(majority);
                long token = grantedAndReleased(quorum, 0);
                assertThat(token).as("by %s, seed %d", majority, seed).isGreaterThan(last);
                last = token;
            }
            System.out.printf(
                    Locale.ROOT, "[measured] tokens rose over %d majorities of %d servers%n", majorities.size(), count);
        }
    }

    /** The elements in their order, followed by three shuffled copies. */
    private static <T> List<T> orders(List<T> all, Random random) {
        List<T> orders = new ArrayList<>(all);
        for (int i = 0; i < 3; i++) {
            List<T> shuffled = new ArrayList<>(all);
            Collections.shuffle(shuffled, random);
            orders.addAll(shuffled);
        }
        return orders;
    }

    private static <T> List<T> some(List<T> all, int inEveryBuild) {
        return all.subList(0, Proof.runs(all.size(), Math.min(inEveryBuild, all.size())));
    }

    private static void requireRenewals(Contender a, int more) {
        int before = a.renewals();
        Awaitility.await().atMost(PATIENCE).until(() -> a.renewals() >= before + more);
    }

    private static void requireHeldAllTheTime(Contender a, Lease held, CompletableFuture<Held> standby, Watch watch) {
        assertThat(a.hasLostNothing()).isTrue();
        assertThat(held.isHeld()).isTrue();
        assertThat(standby).isNotDone();
        watch.requireNeverTogether();
    }

    /** Repeats until the lease is granted: a server that has come back may not be connected yet. */
    private static long grantedAndReleased(LeaseStore store, long floor) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> tryToGrantAndRelease(store, floor), Optional::isPresent)
                .orElseThrow();
    }

    private static Optional<Long> tryToGrantAndRelease(LeaseStore store, long floor)
            throws InterruptedException, TimeoutException {
        Claim claim = new Claim(UUID.randomUUID().toString(), "host 1");
        LeaseRequest request = new LeaseRequest(Contender.NAME, claim, TTL, floor, Fences.KEPT);
        try {
            Acquisition answer = store.acquire(request).toCompletableFuture().get(10, TimeUnit.SECONDS);
            store.release(Contender.NAME, claim).toCompletableFuture().get(10, TimeUnit.SECONDS);
            return answer instanceof Granted granted ? Optional.of(granted.fencingToken()) : Optional.empty();
        } catch (ExecutionException e) {
            return Optional.empty();
        }
    }
}
