package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.conformance.internal.TimedResult;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseStore.Subscription;
import io.botfsm.lock.store.LeaseStoreException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Rule L16: threads and closing. */
abstract class LeaseClosingRules extends LeaseRules {
    LeaseClosingRules(LeaseStoreConformance suite) {
        super(suite);
    }

    private static void failsForGood(TimedResult<?> answer) {
        Throwable failure =
                answer.anyFailureOrNone(DEADLINE).orElseThrow(() -> new AssertionError("a closed store answered"));
        assertThat(failure).isInstanceOf(LeaseStoreException.class);
        assertThat(((LeaseStoreException) failure).isLasting())
                .as("whether it lasts")
                .isTrue();
    }

    private List<TimedResult<?>> everyCall(TestedLeaseStore store, String name, Claim claim) {
        return List.of(
                store.acquiring(lasting(name, freshClaim())),
                store.renewing(lasting(name, claim)),
                store.releasing(name, claim),
                store.reading(name),
                store.forcing(name),
                store.subscribing(name, () -> {}));
    }

    @Test
    void ruleL16_callsAfterCloseFailForGood() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(lasting(name, claim));
        Subscription subscription = store.subscribe(name, () -> {});
        store.close();
        everyCall(store, name, claim).forEach(LeaseClosingRules::failsForGood);
        assertThatCode(subscription::close).doesNotThrowAnyException();
        everyCall(store, freshName(), claim).forEach(LeaseClosingRules::failsForGood);
    }

    @Test
    void ruleL16_closeIsIdempotent() {
        TestedLeaseStore store = open();
        store.close();
        assertThatCode(store::close).doesNotThrowAnyException();
        assertThatCode(() -> Crowd.of(4, index -> store.close())).doesNotThrowAnyException();
        failsForGood(store.reading(freshName()));
    }

    @Test
    void ruleL16_unusedStoreCloses() {
        TestedLeaseStore store = open();
        assertThatCode(store::close).doesNotThrowAnyException();
    }

    @Test
    void ruleL16_closeWhileInUse() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(lasting(name, claim));
        AtomicBoolean closed = new AtomicBoolean();
        CountDownLatch busy = new CountDownLatch(3);
        Crowd.of(4, index -> {
            if (index == 0) {
                busy.await();
                store.close();
                closed.set(true);
                return;
            }
            boolean wasClosed;
            TimedResult<?> last;
            do {
                wasClosed = closed.get();
                last = index == 1
                        ? store.renewing(lasting(name, claim))
                        : store.acquiring(lasting(name + index, freshClaim()));
                last.anyFailureOrNone(DEADLINE.multipliedBy(3));
                busy.countDown();
            } while (!wasClosed);
            failsForGood(last);
        });
    }

    @Test
    void ruleL16_manyThreadsManyNames() {
        TestedLeaseStore store = open();
        AtomicInteger hints = new AtomicInteger();
        int each = times(30);
        Crowd.of(8, index -> {
            String mine = freshName();
            Subscription subscription = store.subscribe(mine, hints::incrementAndGet);
            long last = 0;
            for (int i = 0; i < each; i++) {
                Claim claim = freshClaim();
                long token = store.granted(lasting(mine, claim)).fencingToken();
                assertThat(token).isGreaterThan(last);
                last = token;
                store.renewed(lasting(mine, claim));
                assertHeldBy(claim, store.read(mine));
                assertThat(store.release(mine, claim)).isTrue();
            }
            subscription.close();
        });
        time.eventually("hints", () -> hints.get() > 0);
    }

    @Requires(Need.SHARES)
    void ruleL16_leasesOutliveTheStore() {
        TestedLeaseStore one = open();
        TestedLeaseStore other = open();
        String name = freshName();
        Claim claim = freshClaim();
        long token = one.granted(lasting(name, claim)).fencingToken();
        one.close();
        assertThat(other.occupied(lasting(name, freshClaim())).claim()).isEqualTo(claim);
        other.renewed(lasting(name, claim));
        TestedLeaseStore later = open();
        assertHeldBy(claim, later.read(name));
        assertThat(later.release(name, claim)).isTrue();
        assertThat(other.granted(lasting(name, freshClaim())).fencingToken()).isGreaterThan(token);
    }

    @Requires(Need.SHARES)
    void ruleL16_closingOneStoreLeavesTheOthers() {
        TestedLeaseStore one = open();
        TestedLeaseStore other = open();
        String name = freshName();
        AtomicInteger hints = new AtomicInteger();
        other.subscribe(name, hints::incrementAndGet);
        one.subscribe(name, () -> {});
        one.close();
        Claim claim = freshClaim();
        other.granted(lasting(name, claim));
        assertThat(open().release(name, claim)).isTrue();
        time.eventually("a hint for the store that is open", () -> hints.get() > 0);
    }
}
