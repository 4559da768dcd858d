package io.botfsm.lock.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class QuorumLeaseStoreTest {
    private static final Duration TTL = Duration.ofSeconds(20);

    private final List<QuorumNode> nodes =
            IntStream.range(0, 3).mapToObj(i -> new QuorumNode()).toList();
    private final QuorumLeaseStore store = new QuorumLeaseStore(nodes);
    private int claims;

    private LeaseRequest request() {
        return new LeaseRequest("bot", new Claim("token-" + ++claims, "host"), TTL, 0, Fences.KEPT);
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new AssertionError(e);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Granted granted(LeaseStore from, LeaseRequest request) {
        return (Granted) get(from.acquire(request));
    }

    private long claimsKept() {
        return nodes.stream()
                .filter(node -> get(node.behind().read("bot")).claim().isPresent())
                .count();
    }

    @Test
    void grantsKeepsAndEnds() {
        LeaseRequest mine = request();
        Granted granted = granted(store, mine);
        assertThat(granted.memory()).isEqualTo(Granted.EVERYTHING);
        assertThat(get(store.read("bot")).claim()).contains(mine.claim());
        assertThat(get(store.acquire(request()))).isInstanceOfSatisfying(Occupied.class, occupied -> {
            assertThat(occupied.claim()).isEqualTo(mine.claim());
            assertThat(occupied.remaining().orElseThrow()).isBetween(TTL.dividedBy(2), TTL);
        });
        assertThat(get(store.renew(mine))).isInstanceOf(Renewed.class);
        assertThat(get(store.release("bot", mine.claim()))).isTrue();
        assertThat(get(store.release("bot", mine.claim()))).isFalse();
        assertThat(claimsKept()).isZero();
    }

    @Test
    void outlivesAMinority() {
        for (QuorumNode away : nodes) {
            LeaseRequest mine = request();
            away.goAway();
            long token = granted(store, mine).fencingToken();
            assertThat(get(store.renew(mine.withFloor(token)))).isInstanceOf(Renewed.class);
            assertThat(get(store.read("bot")).fencingToken()).hasValue(token);
            assertThat(get(store.acquire(request()))).isInstanceOf(Occupied.class);
            assertThat(get(store.release("bot", mine.claim()))).isTrue();
            away.comeBack();
        }
    }

    @Test
    void doesNothingWithoutAMajority() {
        LeaseRequest mine = request();
        granted(store, mine);
        nodes.get(0).goAway();
        nodes.get(1).goAway();

        for (CompletionStage<?> answer : List.of(
                store.acquire(request()),
                store.renew(mine),
                store.read("bot"),
                store.release("bot", new Claim("other", "")),
                store.subscribe("bot", () -> {}))) {
            assertThatThrownBy(() -> get(answer))
                    .isInstanceOf(LeaseStoreException.class)
                    .hasMessageContaining("no majority of 3 nodes: 1 answered, 2 failed");
        }
        assertThat(nodes.get(2).subscriptions()).isZero();
        nodes.get(0).comeBack();
        assertThat(get(store.renew(mine))).isInstanceOf(Renewed.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void tokensRiseAcrossEveryMajority(int size) {
        List<QuorumNode> many =
                IntStream.range(0, size).mapToObj(i -> new QuorumNode()).toList();
        granted(many.get(0), request().withFloor(1L << 52)); // far ahead of the others
        get(many.get(0).force("bot"));
        QuorumLeaseStore quorum = new QuorumLeaseStore(many);
        long last = 0;
        for (int round = 0; round < 2; round++) {
            for (int up = 1; up < 1 << size; up++) {
                if (Integer.bitCount(up) <= size / 2) {
                    continue;
                }
                for (int node = 0; node < size; node++) {
                    if ((up & 1 << node) == 0) {
                        many.get(node).goAway();
                    } else {
                        many.get(node).comeBack();
                    }
                }
                LeaseRequest mine = request();
                long token = granted(quorum, mine).fencingToken();
                assertThat(token)
                        .as("with nodes %s", Integer.toBinaryString(up))
                        .isGreaterThan(last);
                last = token;
                get(quorum.release("bot", mine.claim()));
            }
        }
    }

    @Test
    void whoHasAMinorityHasNothingAndKeepsNothing() {
        LeaseRequest one = request();
        LeaseRequest two = request();
        granted(nodes.get(0), one);
        granted(nodes.get(1), two);

        assertThat(get(store.acquire(request())))
                .isInstanceOfSatisfying(
                        Occupied.class,
                        occupied ->
                                assertThat(occupied.remaining().orElseThrow()).isLessThan(Duration.ofSeconds(1)));
        assertThat(get(store.read("bot")).claim()).isEmpty();
        assertThat(claimsKept()).isEqualTo(2);
    }

    @Test
    void isLostWithTheMajority() {
        LeaseRequest mine = request();
        granted(store, mine);
        get(nodes.get(0).force("bot"));
        assertThat(get(store.renew(mine))).as("two are left").isInstanceOf(Renewed.class);
        get(nodes.get(0).force("bot"));
        get(nodes.get(1).force("bot"));

        assertThat(get(store.renew(mine))).isInstanceOf(NotYours.class);
    }

    @Test
    void forcedEverywhereItIsFree() {
        LeaseRequest mine = request();
        long token = granted(store, mine).fencingToken();
        get(store.force("bot"));

        assertThat(get(store.renew(mine))).isInstanceOf(NotYours.class);
        assertThat(get(store.read("bot")).fencingToken().orElseThrow()).isGreaterThan(token);
        assertThat(granted(store, request()).fencingToken()).isGreaterThan(token);
    }

    @Test
    void aNodeThatRestartedEmptyGetsTheLeaseBackFromAMajority() {
        LeaseRequest mine = request();
        granted(store, mine);
        nodes.get(1).restartEmpty();
        assertThat(claimsKept()).isEqualTo(2);
        get(store.renew(mine));
        assertThat(claimsKept()).isEqualTo(3);
    }

    @Test
    void aNodeThatRestartedEmptyGetsNothingBackWithoutAMajority() {
        LeaseRequest mine = request();
        granted(store, mine);
        nodes.get(1).restartEmpty();
        nodes.get(2).restartEmpty();

        assertThat(get(store.renew(mine))).isInstanceOf(NotYours.class);
        assertThat(claimsKept()).as("the third need not keep it").isZero();
    }

    @Test
    void nothingComesBackAfterARelease() {
        LeaseRequest mine = request();
        granted(store, mine);
        nodes.get(1).restartEmpty();
        get(store.release("bot", mine.claim()));
        assertThat(get(store.renew(mine))).isInstanceOf(NotYours.class);

        assertThat(claimsKept()).isZero();
    }

    @Test
    void remembersAsFarBackAsAMajorityDoes() {
        nodes.get(0).remember(Duration.ofSeconds(3));
        assertThat(granted(store, request()).memory())
                .as("two remember everything")
                .isEqualTo(Granted.EVERYTHING);
        get(store.force("bot"));
        nodes.get(1).remember(Duration.ofSeconds(5));
        assertThat(granted(store, request()).memory()).isEqualTo(Duration.ofSeconds(5));
        get(store.force("bot"));
        nodes.get(2).goAway();
        assertThat(granted(store, request()).memory())
                .as("the one that remembers everything is away")
                .isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void whatComesTooLateIsGivenBack() {
        nodes.forEach(QuorumNode::holdBack);
        LeaseRequest mine = request();
        assertThatThrownBy(() -> get(store.acquire(mine))).isInstanceOf(LeaseStoreException.class);
        nodes.forEach(QuorumNode::letGo);

        assertThat(claimsKept()).isZero();
    }

    @Test
    void notifiesOfReleasesWhileAMinorityIsAway() throws Exception {
        CountDownLatch notified = new CountDownLatch(1);
        nodes.get(0).goAway();
        LeaseStore.Subscription subscription = get(store.subscribe("bot", notified::countDown));
        LeaseRequest mine = request();
        granted(store, mine);
        get(store.release("bot", mine.claim()));
        assertThat(notified.await(10, TimeUnit.SECONDS)).isTrue();
        subscription.close();

        assertThat(nodes).allMatch(node -> node.subscriptions() == 0);
    }

    @Test
    void refusesNodesThatAreNone() {
        assertThatThrownBy(() -> new QuorumLeaseStore(List.of())).isInstanceOf(IllegalArgumentException.class);
        QuorumNode one = new QuorumNode();
        assertThatThrownBy(() -> new QuorumLeaseStore(List.of(one, one))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void closesItsNodes() {
        store.close();
        assertThatThrownBy(() -> get(store.read("bot")))
                .isInstanceOfSatisfying(
                        LeaseStoreException.class,
                        e -> assertThat(e.isLasting()).isTrue());
    }
}
