package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseStore.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rule L14: subscriptions. */
abstract class LeaseHintRules extends LeaseRules {
    LeaseHintRules(LeaseStoreConformance suite) {
        super(suite);
    }

    private void acquireAndRelease(TestedLeaseStore store, String name) {
        Claim claim = freshClaim();
        store.granted(lasting(name, claim));
        assertThat(store.release(name, claim)).isTrue();
    }

    @Test
    void ruleL14_releaseIsHinted() {
        TestedLeaseStore store = open();
        everyReleaseIsHinted(store, store);
    }

    @Requires(Need.SHARES)
    void ruleL14_releaseThroughAnotherStoreIsHinted() {
        everyReleaseIsHinted(open(), open());
    }

    private void everyReleaseIsHinted(TestedLeaseStore subscribed, TestedLeaseStore releasing) {
        String name = freshName();
        AtomicInteger hints = new AtomicInteger();
        subscribed.subscribe(name, hints::incrementAndGet);
        for (int i = 0; i < times(50); i++) {
            int before = hints.get();
            acquireAndRelease(releasing, name);
            time.eventually("a hint of release " + i, () -> hints.get() > before);
        }
    }

    @Test
    void ruleL14_forceIsHinted() {
        TestedLeaseStore store = open();
        TestedLeaseStore operator = beside(store);
        String name = freshName();
        AtomicInteger hints = new AtomicInteger();
        store.subscribe(name, hints::incrementAndGet);
        for (int i = 0; i < 10; i++) {
            int before = hints.get();
            store.granted(lasting(name, freshClaim()));
            operator.force(name);
            time.eventually("a hint of force " + i, () -> hints.get() > before);
        }
    }

    /** A release right after the subscription completes: its hint must not be lost. */
    @Test
    void ruleL14_subscriptionCountsFromItsCompletion() {
        TestedLeaseStore store = open();
        TestedLeaseStore other = beside(store);
        for (int i = 0; i < times(50); i++) {
            String name = freshName();
            Claim claim = freshClaim();
            other.granted(lasting(name, claim));
            AtomicInteger hints = new AtomicInteger();
            Subscription subscription = store.subscribe(name, hints::incrementAndGet);
            assertThat(other.release(name, claim)).isTrue();
            time.eventually("a hint of the first release", () -> hints.get() > 0);
            subscription.close();
        }
    }

    /**
     * A hint is sent after the lease is free, so that whoever it wakes can take the lease; a hint of an earlier release
     * may arrive late.
     */
    @Test
    void ruleL14_hintComesAfterTheRelease() {
        TestedLeaseStore store = open();
        TestedLeaseStore other = beside(store);
        String name = freshName();
        for (int i = 0; i < times(20); i++) {
            Claim waiting = freshClaim();
            CountDownLatch taken = new CountDownLatch(1);
            Claim holder = freshClaim();
            other.granted(lasting(name, holder));
            Subscription subscription = store.subscribe(
                    name,
                    () -> store.acquiring(lasting(name, waiting)).then(answer -> {
                        if (answer instanceof Granted) {
                            taken.countDown();
                        }
                    }));
            assertThat(other.release(name, holder)).isTrue();
            time.eventually("an acquisition by the hint", () -> taken.getCount() == 0);
            subscription.close();
            time.eventually(
                    "the lease of who was woken",
                    () -> store.read(name).claim().filter(waiting::equals).isPresent());
            assertThat(other.release(name, waiting)).isTrue();
        }
    }

    @Test
    void ruleL14_otherNamesAreNotHintedAsARule() {
        TestedLeaseStore store = open();
        String name = freshName();
        AtomicInteger hints = new AtomicInteger();
        store.subscribe(name, hints::incrementAndGet);
        int others = 100;
        for (int i = 0; i < others; i++) {
            String other = i % 2 == 0 ? freshName() : name + i;
            acquireAndRelease(store, other);
        }
        int before = hints.get();
        acquireAndRelease(store, name);
        time.eventually("a hint", () -> hints.get() > before);
        assertThat(before).as("hints of %d releases of other names", others).isLessThan(others / 4);
    }

    @Test
    void ruleL14_refusedReleasesAreNotHintedAsARule() {
        TestedLeaseStore store = open();
        String name = freshName();
        AtomicInteger hints = new AtomicInteger();
        store.subscribe(name, hints::incrementAndGet);
        Claim holder = freshClaim();
        store.granted(lasting(name, holder));
        int refused = 100;
        for (int i = 0; i < refused; i++) {
            assertThat(store.release(name, freshClaim())).isFalse();
        }
        int before = hints.get();
        store.release(name, holder);
        time.eventually("a hint", () -> hints.get() > before);
        assertThat(before).as("hints of %d refused releases", refused).isLessThan(refused / 4);
    }

    @Test
    void ruleL14_manyMaySubscribe() {
        TestedLeaseStore store = open();
        String name = freshName();
        List<AtomicInteger> hints =
                Stream.generate(AtomicInteger::new).limit(300).toList();
        List<Subscription> subscriptions = new ArrayList<>();
        hints.forEach(count -> subscriptions.add(store.subscribe(name, count::incrementAndGet)));
        acquireAndRelease(store, name);
        time.eventually("a hint for each", () -> hints.stream().allMatch(count -> count.get() > 0));
        subscriptions.forEach(Subscription::close);
        subscriptions.forEach(Subscription::close);
    }

    @Test
    void ruleL14_closedSubscriptionIsOverAndNoOther() {
        TestedLeaseStore store = open();
        String name = freshName();
        AtomicInteger stays = new AtomicInteger();
        store.subscribe(name, stays::incrementAndGet);
        for (int i = 0; i < 10; i++) {
            AtomicInteger over = new AtomicInteger();
            Subscription subscription = store.subscribe(name, over::incrementAndGet);
            int before = stays.get();
            acquireAndRelease(store, name);
            time.eventually("a hint for both", () -> stays.get() > before && over.get() > 0);
            subscription.close();
            int closed = over.get();
            for (int release = 0; release < 3; release++) {
                int next = stays.get();
                acquireAndRelease(store, name);
                time.eventually("a hint for the other one", () -> stays.get() > next);
            }
            assertThat(over.get()).as("hints once it is closed").isLessThanOrEqualTo(closed + 1);
        }
    }

    @Test
    void ruleL14_onceClosedCanBeSubscribedAgain() {
        TestedLeaseStore store = open();
        String name = freshName();
        for (int i = 0; i < 10; i++) {
            AtomicInteger hints = new AtomicInteger();
            Subscription subscription = store.subscribe(name, hints::incrementAndGet);
            acquireAndRelease(store, name);
            time.eventually("a hint", () -> hints.get() > 0);
            subscription.close();
        }
    }

    @Test
    void ruleL14_subscriptionsComeAndGoAtOnce() {
        TestedLeaseStore store = open();
        String name = freshName();
        Crowd.of(4, index -> {
            for (int i = 0; i < times(50); i++) {
                AtomicInteger hints = new AtomicInteger();
                Subscription subscription = store.subscribe(name, hints::incrementAndGet);
                store.force(name);
                time.eventually("a hint while others come and go", () -> hints.get() > 0);
                subscription.close();
            }
        });
    }
}
