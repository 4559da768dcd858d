package io.botfsm.lock.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.LeaseStore.Subscription;
import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A quorum whose nodes are unavailable, answer late or forget, at moments that the test chooses. */
@Timeout(60)
final class QuorumFaultsTest {
    private static final Duration TTL = Duration.ofSeconds(20);

    /** Longer than any test, so that no answer is due to this timeout. */
    private static final Duration NEVER = Duration.ofHours(1);

    private final ManualClock clock = new ManualClock(0, 0);
    private final Queue<Runnable> later = new ConcurrentLinkedQueue<>();
    private final List<QuorumNode> nodes =
            IntStream.range(0, 3).mapToObj(i -> new QuorumNode()).toList();
    private final QuorumLeaseStore store = quorum(NEVER);
    private int claims;

    private QuorumLeaseStore quorum(Duration limit) {
        return new QuorumLeaseStore(nodes, Optional.of(limit), clock, (time, action) -> later.add(action));
    }

    private LeaseRequest request() {
        return new LeaseRequest("bot", new Claim("token-" + ++claims, "host"), TTL, 0, Fences.KEPT);
    }

    /** Returns an answer that must already be there. */
    private static <T> T now(CompletionStage<T> stage) {
        CompletableFuture<T> answer = stage.toCompletableFuture();
        assertThat(answer).isDone();
        return answer.join();
    }

    private static void failed(CompletionStage<?> stage, String why) {
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> stage.toCompletableFuture().join())
                .havingCause()
                .isInstanceOf(LeaseStoreException.class)
                .withMessageContaining(why);
    }

    private LeaseRequest granted() {
        LeaseRequest mine = request();
        assertThat(now(store.acquire(mine))).isInstanceOf(Granted.class);
        return mine;
    }

    private long claimsKept() {
        return nodes.stream()
                .filter(node -> now(node.behind().read("bot")).claim().isPresent())
                .count();
    }

    private void runLater() {
        assertThat(later).as("what is to be done later").isNotEmpty();
        later.remove().run();
    }

    // A minority that does not answer

    @Test
    void nobodyWaitsForASilentMinority() {
        nodes.get(1).holdBack();
        LeaseRequest mine = granted();
        assertThat(now(store.renew(mine))).isEqualTo(new Renewed());
        assertThat(now(store.acquire(request()))).isInstanceOf(Occupied.class);
        AtomicInteger hints = new AtomicInteger();
        Subscription subscription = now(store.subscribe("bot", hints::incrementAndGet));
        assertThat(now(store.renew(request()))).isInstanceOf(NotYours.class);
        assertThat(now(store.release("bot", request().claim()))).isFalse();
        assertThat(now(store.release("bot", mine.claim()))).isTrue();
        assertThat(hints).hasValue(1);
        subscription.close();
    }

    @Test
    void silentMajorityFailsInTheChosenTime() {
        nodes.get(0).holdBack();
        nodes.get(1).holdBack();
        QuorumLeaseStore impatient = quorum(Duration.ofMillis(20));
        for (CompletionStage<?> answer : List.of(
                impatient.acquire(request()),
                impatient.renew(request()),
                impatient.read("bot"),
                impatient.force("bot"),
                impatient.release("bot", request().claim()),
                impatient.subscribe("bot", () -> {}))) {
            failed(answer, "no majority of 3 nodes: 1 answered, 2 failed");
        }
        assertThat(nodes.get(2).subscriptions()).isZero();
    }

    @Test
    void limitOfANodeDependsOnTheTimeToLiveUnlessChosen() {
        Quorum usual = new Quorum(List.copyOf(nodes), Optional.empty(), clock, (time, action) -> {});
        assertThat(usual.limit(Duration.ofSeconds(30))).isEqualTo(Duration.ofMillis(1_500));
        assertThat(usual.limit(Duration.ofMillis(30))).isEqualTo(Duration.ofMillis(10));
        assertThat(usual.limit(Duration.ofDays(1))).isEqualTo(Duration.ofSeconds(2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> quorum(Duration.ZERO))
                .withMessageContaining("PT0S");
    }

    // Late answers

    @Test
    void whatIsGrantedAfterItsReleaseIsReleasedAgain() {
        QuorumLeaseStore impatient = quorum(Duration.ofMillis(20));
        nodes.forEach(QuorumNode::holdBack);
        failed(impatient.acquire(request()), "no majority");
        nodes.forEach(QuorumNode::letGoInReverse);
        assertThat(claimsKept()).isZero();
    }

    @Test
    void whatIsReleasedWhileItIsAcquiredIsNotGranted() {
        nodes.forEach(QuorumNode::holdBack);
        LeaseRequest mine = request();
        CompletionStage<Acquisition> acquiring = store.acquire(mine);
        CompletionStage<Boolean> releasing = store.release("bot", mine.claim());
        nodes.forEach(QuorumNode::letGoInReverse);
        assertThat(now(releasing)).isFalse();
        failed(acquiring, "the lease was released while it was being acquired");
        assertThat(claimsKept()).isZero();
    }

    @Test
    void grantThatComesWhenTheLeaseMayBeOverIsGivenBack() {
        nodes.forEach(QuorumNode::holdBack);
        LeaseRequest mine = request();
        CompletionStage<Acquisition> acquiring = store.acquire(mine);
        clock.advance(TTL.minus(TTL.dividedBy(100)).minusMillis(2));
        nodes.forEach(QuorumNode::letGo);
        failed(acquiring, "in time");
        assertThat(claimsKept()).isZero();
    }

    @Test
    void grantThatComesAMomentEarlierCounts() {
        nodes.forEach(QuorumNode::holdBack);
        CompletionStage<Acquisition> acquiring = store.acquire(request());
        clock.advance(TTL.minus(TTL.dividedBy(100)).minusMillis(2).minusNanos(1));
        nodes.forEach(QuorumNode::letGo);
        assertThat(now(acquiring)).isInstanceOf(Granted.class);
    }

    @Test
    void nodeThatAnswersAfterTheMajorityGetsTheLeaseBackToo() {
        LeaseRequest mine = granted();
        nodes.get(2).restartEmpty();
        nodes.get(2).holdBack();
        assertThat(now(store.renew(mine))).isEqualTo(new Renewed());
        assertThat(claimsKept()).isEqualTo(2);
        nodes.get(2).letGo();
        assertThat(claimsKept()).isEqualTo(3);
    }

    @Test
    void nothingComesBackByARenewalThatAReleaseOvertakes() {
        LeaseRequest mine = granted();
        nodes.get(2).restartEmpty();
        nodes.get(2).holdBack();
        assertThat(now(store.renew(mine))).isEqualTo(new Renewed());
        assertThat(now(store.release("bot", mine.claim()))).isTrue();
        nodes.get(2).letGo(); // reports that it lacks the lease, but does not get it back
        assertThat(claimsKept()).isZero();
    }

    @Test
    void nothingStaysThatIsReinstatedWhileItIsReleased() {
        LeaseRequest mine = granted();
        nodes.get(2).restartEmpty();
        nodes.get(2).holdBackAcquires();
        assertThat(now(store.renew(mine))).isEqualTo(new Renewed());
        assertThat(now(store.release("bot", mine.claim()))).isTrue();
        nodes.get(2).letGo(); // grants the lease long after its release
        assertThat(claimsKept()).isZero();
    }

    @Test
    void nothingIsReinstatedAfterForce() {
        LeaseRequest mine = granted();
        nodes.get(0).goAway();
        now(store.force("bot"));
        nodes.get(0).comeBack();
        assertThat(now(store.renew(mine))).isInstanceOf(NotYours.class);
        assertThat(claimsKept()).as("by the node that has not heard of it").isOne();
    }

    // Nobody with a majority

    @Test
    void asksAgainWhereTheNodesAreSplit() {
        LeaseRequest one = request();
        LeaseRequest two = request();
        now(nodes.get(0).acquire(one));
        now(nodes.get(1).acquire(two));
        CompletableFuture<Acquisition> asking = store.acquire(request()).toCompletableFuture();
        assertThat(asking).isNotDone();
        assertThat(claimsKept()).as("it has given back what it got").isEqualTo(2);
        now(nodes.get(0).release("bot", one.claim()));
        runLater();
        assertThat(now(asking)).isInstanceOf(Granted.class);
        assertThat(claimsKept()).as("two of them its own").isEqualTo(3);
    }

    /** Its late release could arrive after the next grant of the same claim, and undo it. */
    @Test
    void doesNotAskAgainOfANodeThatMayStillReleaseTheClaim() {
        QuorumLeaseStore impatient = quorum(Duration.ofMillis(20));
        now(nodes.get(0).acquire(request()));
        now(nodes.get(1).acquire(request()));
        nodes.get(2).holdBackReleases();
        CompletionStage<Acquisition> asking = impatient.acquire(request());
        assertThat(asking.toCompletableFuture().join()).isInstanceOf(Occupied.class);
        assertThat(later).isEmpty();
        nodes.get(2).letGo();
        assertThat(claimsKept()).isEqualTo(2);
    }

    /** The node may still carry out the unanswered request; a release could undo what the next round relies on. */
    @Test
    void nodeThatDidNotAnswerIsNotToldToReleaseBetweenRounds() {
        QuorumLeaseStore impatient = quorum(Duration.ofMillis(20));
        LeaseRequest other = request();
        LeaseRequest mine = request();
        now(nodes.get(0).acquire(other));
        nodes.get(2).holdBackAcquires();
        CompletableFuture<Acquisition> asking = impatient.acquire(mine).toCompletableFuture();
        Awaitility.await().until(() -> !later.isEmpty());
        nodes.get(2).letGo();
        assertThat(now(nodes.get(2).behind().read("bot")).claim()).hasValue(mine.claim());
        now(nodes.get(0).release("bot", other.claim()));
        runLater();
        assertThat(now(asking)).isInstanceOf(Granted.class);
        assertThat(claimsKept()).isEqualTo(3);
    }

    @Test
    void reportsWhoGotTheMajorityMeanwhile() {
        LeaseRequest one = request();
        LeaseRequest two = request();
        now(nodes.get(0).acquire(one));
        now(nodes.get(1).acquire(two));
        CompletableFuture<Acquisition> asking = store.acquire(request()).toCompletableFuture();
        now(nodes.get(2).acquire(one));
        runLater();
        assertThat(((Occupied) now(asking)).claim()).isEqualTo(one.claim());
    }

    @Test
    void asksAFewTimesOnly() {
        now(nodes.get(0).acquire(request()));
        now(nodes.get(1).acquire(request()));
        CompletableFuture<Acquisition> asking = store.acquire(request()).toCompletableFuture();
        int rounds = 1;
        for (; !asking.isDone(); rounds++) {
            runLater();
        }
        assertThat(rounds).isEqualTo(10);
        assertThat(now(asking)).isInstanceOf(Occupied.class);
        assertThat(claimsKept()).isEqualTo(2);
    }

    @Test
    void asksNoLongerThanANodeMayTake() {
        now(nodes.get(0).acquire(request()));
        now(nodes.get(1).acquire(request()));
        CompletableFuture<Acquisition> asking = store.acquire(request()).toCompletableFuture();
        clock.advance(NEVER);
        runLater();
        assertThat(now(asking)).isInstanceOf(Occupied.class);
    }

    @Test
    void askingForWhatOneHasCostsNoNode() {
        LeaseRequest mine = granted();
        assertThat(((Occupied) now(store.acquire(mine))).claim()).isEqualTo(mine.claim());
        assertThat(claimsKept()).isEqualTo(3);
        nodes.get(2).restartEmpty();
        assertThat(now(store.renew(mine))).isEqualTo(new Renewed());
        assertThat(claimsKept()).as("its tenure has not ended").isEqualTo(3);
    }

    @Test
    void releaseThatNoMajorityConfirmsFails() {
        LeaseRequest mine = request();
        now(nodes.get(0).acquire(mine));
        nodes.get(2).goAway();
        failed(store.release("bot", mine.claim()), "no majority of 3 nodes: 2 answered, 1 failed");
    }

    @Test
    void failureLastsWhereNoMajorityCanEverAnswer() {
        nodes.get(0).close();
        nodes.get(1).goAway();
        assertThatThrownBy(() -> store.renew(request()).toCompletableFuture().join())
                .hasCauseInstanceOf(LeaseStoreException.class)
                .matches(failure -> !((LeaseStoreException) failure.getCause()).isLasting());
        nodes.get(2).close();
        assertThatThrownBy(() -> store.renew(request()).toCompletableFuture().join())
                .hasCauseInstanceOf(LeaseStoreException.class)
                .matches(failure -> ((LeaseStoreException) failure.getCause()).isLasting());
    }

    // Hints

    @Test
    void hintComesOnceAMajorityHasSentOne() {
        AtomicInteger hints = new AtomicInteger();
        now(store.subscribe("bot", hints::incrementAndGet));
        for (int release = 1; release <= 3; release++) {
            LeaseRequest mine = granted();
            now(store.release("bot", mine.claim()));
            assertThat(hints).hasValue(release);
        }
        runLater();
        assertThat(hints).as("the third node reported what was known").hasValue(3);
    }

    @Test
    void hintOfAMinorityComesLater() {
        AtomicInteger hints = new AtomicInteger();
        now(store.subscribe("bot", hints::incrementAndGet));
        for (int i = 1; i <= 3; i++) {
            now(nodes.get(1).force("bot"));
            now(nodes.get(1).force("bot"));
            assertThat(hints).hasValue(i - 1);
            assertThat(later).as("waits once").hasSize(1);
            runLater();
            assertThat(hints).hasValue(i);
        }
    }

    /** A standby that tries at each hint, while one node lacks the holder's lease. */
    @Test
    void standbyDoesNotWakeItselfForEver() {
        granted();
        nodes.get(2).restartEmpty();
        AtomicInteger attempts = new AtomicInteger();
        Runnable attempt = () -> {
            attempts.incrementAndGet();
            assertThat(now(store.acquire(request()))).isInstanceOf(Occupied.class);
        };
        now(store.subscribe("bot", attempt));
        attempt.run();
        assertThat(attempts).hasValue(1);
        runLater();
        assertThat(attempts).as("one attempt for each time that passes").hasValue(2);
    }

    @Test
    void closedSubscriptionIsClosedEverywhereHoweverLate() {
        AtomicInteger hints = new AtomicInteger();
        nodes.get(2).holdBack();
        Subscription subscription = now(store.subscribe("bot", hints::incrementAndGet));
        now(nodes.get(0).force("bot"));
        subscription.close();
        subscription.close();
        nodes.get(2).letGo();
        assertThat(nodes).allMatch(node -> node.subscriptions() == 0);
        runLater();
        assertThat(hints).hasValue(0);
    }

    // The end

    @Test
    void nothingIsKeptOfClaimsThatHaveEnded() {
        for (int i = 0; i < 100; i++) {
            LeaseRequest mine = granted();
            now(store.acquire(request()));
            if (i % 2 == 0) {
                now(store.release("bot", mine.claim()));
            } else {
                now(store.force("bot"));
            }
        }
        assertThat(store.size()).isZero();
        for (int i = 0; i < 100; i++) {
            now(store.acquire(new LeaseRequest("bot " + i, request().claim(), TTL, 0, Fences.KEPT)));
        }
        assertThat(store.size()).isEqualTo(100);
        clock.advance(TTL);
        for (int i = 0; i < 100; i++) {
            now(store.read("whatever"));
        }
        assertThat(store.size()).isZero();
    }

    @Test
    void closesEveryNodeAlthoughOneFails() {
        nodes.get(0).failToClose();
        assertThatThrownBy(store::close).hasMessage("cannot close");
        failed(nodes.get(1).read("bot"), "closed");
        failed(nodes.get(2).read("bot"), "closed");
        failed(store.read("bot"), "the quorum is closed");
    }
}
