package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Conformance.Counts;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseStore.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** Rule L18: nothing grows without bound. */
abstract class LeaseGrowthRules extends LeaseRules {
    private static final int BATCH = 100;

    LeaseGrowthRules(LeaseStoreConformance suite) {
        super(suite);
    }

    private long records() {
        return ((Counts) suite).records();
    }

    private List<String> batch() {
        return IntStream.range(0, BATCH).mapToObj(i -> freshName()).toList();
    }

    @Requires(Need.COUNTS)
    void ruleL18_freeNameLeavesItsFenceOnly() {
        TestedLeaseStore store = open();
        long before = records();
        int batches = times(5);
        for (int i = 0; i < batches; i++) {
            List<String> names = batch();
            Claim claim = freshClaim();
            names.forEach(name -> store.granted(lasting(name, claim)));
            assertThat(records()).as("records while they are there").isGreaterThanOrEqualTo(before + BATCH);
            names.forEach(name -> assertThat(store.release(name, claim)).isTrue());
        }
        time.eventually("one record for each fence", () -> records() <= before + (long) BATCH * batches);
    }

    @Requires(Need.COUNTS)
    void ruleL18_oneNameIsOneLeaseAndOneFence() {
        TestedLeaseStore store = open();
        String name = freshName();
        long before = records();
        for (int i = 0; i < times(300); i++) {
            Claim claim = freshClaim();
            store.granted(lasting(name, claim));
            store.renewed(lasting(name, claim));
            store.occupied(lasting(name, freshClaim()));
            if (i % 2 == 0) {
                store.release(name, claim);
            } else {
                store.force(name);
            }
        }
        time.eventually("one record", () -> records() <= before + 1);
        store.granted(lasting(name, freshClaim()));
        assertThat(records()).isLessThanOrEqualTo(before + 2);
    }

    @Requires(Need.COUNTS)
    void ruleL18_refusedCallsLeaveNothing() {
        TestedLeaseStore store = open();
        long before = records();
        for (int i = 0; i < times(3); i++) {
            batch().forEach(name -> {
                Claim claim = freshClaim();
                store.notYours(lasting(name, claim).withFloor(1_000));
                assertThat(store.release(name, claim)).isFalse();
                assertFree(store.read(name));
            });
        }
        time.eventually("no record of refused calls", () -> records() <= before);
    }

    @Requires(Need.COUNTS)
    void ruleL18_closedSubscriptionsLeaveNothing() {
        TestedLeaseStore store = open();
        long before = records();
        for (int i = 0; i < times(3); i++) {
            batch().stream()
                    .map(name -> store.subscribe(name, () -> {}))
                    .toList()
                    .forEach(Subscription::close);
        }
        time.eventually("no record of closed subscriptions", () -> records() <= before);
    }

    @Requires({Need.COUNTS, Need.ADVANCES_TIME})
    void ruleL18_expiringNamesLeaveNothing() {
        TestedLeaseStore store = open();
        long before = records();
        for (int i = 0; i < times(5); i++) {
            batch().forEach(name -> store.granted(expiring(name, freshClaim(), time.life())));
            batch().forEach(name -> {
                Claim claim = freshClaim();
                store.granted(expiring(name, claim, LONG));
                store.release(name, claim);
            });
            batch().forEach(name -> {
                store.granted(expiring(name, freshClaim(), LONG));
                store.force(name);
            });
            batch().forEach(store::force);
        }
        assertThat(records()).isGreaterThanOrEqualTo(before + 20 * BATCH);
        time.passUntil(
                time.life().plus(Duration.ofMinutes(61)),
                "no record of names with an expired fence",
                () -> records() <= before);
    }

    @Requires({Need.COUNTS, Need.ADVANCES_TIME})
    void ruleL18_expiringNamesNeverPileUp() {
        TestedLeaseStore store = open();
        long before = records();
        for (int i = 0; i < times(20); i++) {
            batch().forEach(name -> store.granted(expiring(name, freshClaim(), Duration.ofMinutes(1))));
            time.pass(Duration.ofMinutes(30));
        }
        assertThat(records())
                .as("records of 2,000 names, of which 300 are not over")
                .isLessThan(before + 10 * BATCH);
    }
}
