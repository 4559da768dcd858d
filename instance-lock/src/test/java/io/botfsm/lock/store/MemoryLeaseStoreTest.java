package io.botfsm.lock.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.LeaseStore.Subscription;
import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the conformance suite cannot see. */
final class MemoryLeaseStoreTest {
    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Claim ONE = new Claim("1", "one");
    private static final Claim OTHER = new Claim("2", "other");

    private ManualClock clock = new ManualClock(0, 1_000);
    private MemoryLeaseStore store = new MemoryLeaseStore(clock);

    private static <T> T now(CompletionStage<T> stage) {
        CompletableFuture<T> answer = stage.toCompletableFuture();
        assertThat(answer).isDone();
        return answer.join();
    }

    private static LeaseRequest request(String name, Claim claim, Fences fences) {
        return new LeaseRequest(name, claim, TTL, 0, fences);
    }

    private Acquisition acquire(Claim claim) {
        return now(store.acquire(request("n", claim, Fences.KEPT)));
    }

    private long token(Claim claim) {
        return ((Granted) acquire(claim)).fencingToken();
    }

    private void pass(Duration time) {
        clock.advance(time);
    }

    @Test
    void leaseEndsExactlyAtItsTime() {
        token(ONE);
        pass(TTL.minusNanos(1));
        assertThat(acquire(OTHER)).isEqualTo(new Occupied(ONE, Optional.of(Duration.ofNanos(1))));
        assertThat(now(store.read("n")).remaining()).hasValue(Duration.ofNanos(1));
        pass(Duration.ofNanos(1));
        assertThat(now(store.read("n"))).isEqualTo(new StoredLease(Optional.empty(), Optional.empty(), fence(1)));
        assertThat(now(store.renew(request("n", ONE, Fences.KEPT)))).isInstanceOf(NotYours.class);
        assertThat(now(store.release("n", ONE))).isFalse();
        assertThat(acquire(OTHER)).isInstanceOf(Granted.class);
    }

    private static OptionalLong fence(int generation) {
        return OptionalLong.of(1_000_000 + generation - 1);
    }

    @Test
    void clockMayWrapAround() {
        clock = new ManualClock(Long.MAX_VALUE - 5, 1_000);
        store = new MemoryLeaseStore(clock);
        token(ONE);
        pass(TTL.minusNanos(1));
        assertThat(clock.nanoTime()).isNegative();
        assertThat(now(store.renew(request("n", ONE, Fences.KEPT)))).isEqualTo(new Renewed());
        pass(TTL);
        assertThat(acquire(OTHER)).isInstanceOf(Granted.class);
    }

    @Test
    void longestLeaseLasts() {
        now(store.acquire(new LeaseRequest("n", ONE, LeaseRequest.MAX_TTL, 0, Fences.EXPIRING)));
        pass(LeaseRequest.MAX_TTL.minusNanos(1));
        assertThat(now(store.read("n")).claim()).hasValue(ONE);
        pass(Duration.ofNanos(1));
        assertThat(now(store.read("n")).claim()).isEmpty();
    }

    @Test
    void tokensBeginWithTheTimeAndRiseWithoutIt() {
        assertThat(token(ONE)).isEqualTo(1_000_000);
        now(store.release("n", ONE));
        assertThat(token(ONE)).isEqualTo(1_000_001);
        now(store.release("n", ONE));
        clock.setForward(Duration.ofMillis(-999));
        assertThat(token(ONE)).isEqualTo(1_000_002);
        now(store.force("n"));
        assertThat(now(store.read("n")).fencingToken()).hasValue(1_000_003);
        clock.setForward(Duration.ofMillis(1_999));
        assertThat(token(ONE)).isEqualTo(2_000_000);
        now(store.force("n"));
        assertThat(now(store.read("n")).fencingToken()).hasValue(2_000_001);
    }

    @Test
    void timeOfDayIsThatOfTheMachineUnlessGiven() {
        try (MemoryLeaseStore usual = new MemoryLeaseStore()) {
            long before = 1_000 * System.currentTimeMillis(); // clocks report whole milliseconds
            Granted granted = (Granted) now(usual.acquire(request("n", ONE, Fences.KEPT)));
            long after = 1_000 * System.currentTimeMillis();
            assertThat(granted.fencingToken()).isBetween(before, after);
            assertThat(granted.memory()).isEqualTo(Granted.EVERYTHING);
        }
    }

    @Test
    void tokensNeverOverflow() {
        now(store.acquire(new LeaseRequest("n", ONE, TTL, LeaseRequest.MAX_FENCING_TOKEN, Fences.KEPT)));
        lastingFailure(store.force("n"), "used up");
        assertThat(now(store.read("n")).claim()).hasValue(ONE);
        now(store.release("n", ONE));
        lastingFailure(store.acquire(request("n", OTHER, Fences.KEPT)), "used up");
        assertThat(now(store.read("n")))
                .isEqualTo(new StoredLease(
                        Optional.empty(), Optional.empty(), OptionalLong.of(LeaseRequest.MAX_FENCING_TOKEN)));
    }

    private static void lastingFailure(CompletionStage<?> stage, String why) {
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> now(stage))
                .havingCause()
                .isInstanceOfSatisfying(
                        LeaseStoreException.class,
                        failure -> assertThat(failure.isLasting()).isTrue())
                .withMessageContaining(why);
    }

    @Test
    void expiringFenceStaysForAnHourAfterTheLease() {
        now(store.acquire(request("expired", ONE, Fences.EXPIRING)));
        pass(HOUR);
        now(store.acquire(request("released", ONE, Fences.EXPIRING)));
        now(store.release("released", ONE));
        now(store.acquire(request("forced", ONE, Fences.EXPIRING)));
        now(store.force("forced"));
        now(store.force("never held"));
        pass(TTL.minusNanos(1));
        assertThat(now(store.read("expired")).fencingToken()).isPresent();
        pass(Duration.ofNanos(1));
        assertThat(now(store.read("expired")).fencingToken()).isEmpty();
        pass(HOUR.minus(TTL).minusNanos(1));
        for (String name : List.of("released", "forced", "never held")) {
            assertThat(now(store.read(name)).fencingToken()).as(name).isPresent();
        }
        pass(Duration.ofNanos(1));
        for (String name : List.of("released", "forced", "never held")) {
            assertThat(now(store.read(name)).fencingToken()).as(name).isEmpty();
        }
        assertThat(store.size()).isZero();
    }

    @Test
    void renewalKeepsAnExpiringFence() {
        now(store.acquire(request("n", ONE, Fences.EXPIRING)));
        for (int i = 0; i < 1_000; i++) {
            pass(TTL.dividedBy(2));
            assertThat(now(store.renew(request("n", ONE, Fences.EXPIRING)))).isEqualTo(new Renewed());
        }
        assertThat(now(store.read("n")).fencingToken()).hasValue(1_000_000);
        pass(TTL.plus(HOUR));
        assertThat(now(store.read("n")).fencingToken()).isEmpty();
    }

    @Test
    void keptFenceStays() {
        token(ONE);
        now(store.release("n", ONE));
        now(store.acquire(request("forced", ONE, Fences.KEPT)));
        now(store.force("forced"));
        pass(LeaseRequest.MAX_TTL);
        assertThat(now(store.read("n")).fencingToken()).hasValue(1_000_000);
        assertThat(now(store.read("forced")).fencingToken()).hasValue(1_000_001);
    }

    @Test
    void nothingIsLeftOfHundredThousandLeasesByTraffic() {
        int highest = 0;
        for (int i = 0; i < 100_000; i++) {
            now(store.acquire(request("n" + i, ONE, Fences.EXPIRING)));
            pass(Duration.ofSeconds(4)); // 907 or 908 names within an hour and the time to live
            highest = Math.max(highest, store.size());
        }
        assertThat(highest).isBetween(900, 1_400);
        pass(HOUR.plus(TTL));
        for (int i = 0; i < 500; i++) {
            now(store.read("nothing"));
        }
        assertThat(store.size()).isZero();
    }

    @Test
    void endedLeaseOfAKeptFenceIsForgotten() {
        assertThat(new LeaseRecord(ONE, 10, 7, true, 0).at(10)).isEqualTo(new LeaseRecord(null, 0, 7, true, 0));
        assertThat(new LeaseRecord(ONE, 10, 7, true, 0).at(9)).isEqualTo(new LeaseRecord(ONE, 10, 7, true, 0));
    }

    @Test
    void subscriptionsLeaveNothing() {
        List<Subscription> all = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            all.add(now(store.subscribe("n" + i % 10, () -> {})));
        }
        assertThat(store.size()).isEqualTo(10);
        all.forEach(Subscription::close);
        all.forEach(Subscription::close);
        assertThat(store.size()).isZero();
    }

    @Test
    void hintComesUnderNoLock() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        List<Acquisition> acquired = new ArrayList<>();
        now(store.subscribe("n", () -> {
            acquired.add(acquire(OTHER));
            CompletableFuture<StoredLease> elsewhere = CompletableFuture.supplyAsync(() -> now(store.read("n")));
            assertThat(elsewhere.orTimeout(20, TimeUnit.SECONDS).join().claim()).hasValue(OTHER);
            done.countDown();
        }));
        token(ONE);
        now(store.release("n", ONE));
        assertThat(done.getCount()).isZero();
        assertThat(acquired).hasSize(1).first().isInstanceOf(Granted.class);
    }

    @Test
    void throwingHintHurtsNobody() {
        AtomicInteger hints = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            now(store.subscribe("n", () -> {
                hints.incrementAndGet();
                throw new IllegalStateException("thrown by a test");
            }));
        }
        token(ONE);
        assertThat(now(store.release("n", ONE))).isTrue();
        assertThat(hints).hasValue(3);
    }

    @Test
    void closedStoreForgetsAndFails() {
        token(ONE);
        now(store.subscribe("n", () -> {}));
        store.close();
        store.close();
        assertThat(store.size()).isZero();
        lastingFailure(store.acquire(request("n", OTHER, Fences.KEPT)), "closed");
        lastingFailure(store.renew(request("n", ONE, Fences.KEPT)), "closed");
        lastingFailure(store.release("n", ONE), "closed");
        lastingFailure(store.read("n"), "closed");
        lastingFailure(store.force("n"), "closed");
        lastingFailure(store.subscribe("n", () -> {}), "closed");
        assertThat(store.size()).isZero();
    }

    /** Closing clears the records, which must not make a held lease available. */
    @Test
    void closingNeverFreesALease() throws Exception {
        for (int i = 0; i < 2_000; i++) {
            MemoryLeaseStore closing = new MemoryLeaseStore();
            now(closing.acquire(request("n", ONE, Fences.KEPT)));
            CountDownLatch asking = new CountDownLatch(1);
            CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
                CompletableFuture<Acquisition> answer = acquireOther(closing);
                for (; !answer.isCompletedExceptionally(); answer = acquireOther(closing)) {
                    assertThat(answer.join()).isInstanceOf(Occupied.class);
                    asking.countDown();
                }
            });
            asking.await();
            closing.close();
            other.get(20, TimeUnit.SECONDS);
        }
    }

    private static CompletableFuture<Acquisition> acquireOther(MemoryLeaseStore store) {
        return store.acquire(request("n", OTHER, Fences.KEPT)).toCompletableFuture();
    }
}
