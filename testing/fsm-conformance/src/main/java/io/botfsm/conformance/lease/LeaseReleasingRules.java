package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.Claim;
import org.junit.jupiter.api.Test;

/** Rules L05 and L08: releasing, and force. */
abstract class LeaseReleasingRules extends LeaseRules {
    LeaseReleasingRules(LeaseStoreConformance suite) {
        super(suite);
    }

    @Test
    void ruleL05_holderReleasesOnce() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(lasting(name, claim));
        assertThat(store.release(name, claim)).isTrue();
        assertFree(store.read(name));
        for (int i = 0; i < 3; i++) {
            assertThat(store.release(name, claim)).isFalse();
        }
        assertFree(beside(store).read(name));
    }

    @Test
    void ruleL05_whatIsNotHeldIsNotReleased() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        assertThat(store.release(name, claim)).isFalse();

        store.granted(brief(name, claim));
        passUntilFree(store, name);
        assertThat(store.release(name, claim)).as("a lease that is over").isFalse();

        Claim forced = freshClaim();
        store.granted(lasting(name, forced));
        store.force(name);
        assertThat(store.release(name, forced)).as("a lease that was forced").isFalse();
    }

    @Test
    void ruleL05_onlyTheClaimThatHoldsTheLeaseReleasesIt() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(lasting(name, claim));
        impostors(claim).forEach(other -> assertThat(store.release(name, other)).isFalse());
        assertThat(store.release(name, freshClaim())).isFalse();
        assertThat(beside(store).release(name, freshClaim())).isFalse();
        assertHeldBy(claim, store.read(name));
        store.renewed(lasting(name, claim));
    }

    @Test
    void ruleL05_lateReleaseFreesNobody() {
        TestedLeaseStore store = open();
        TestedLeaseStore other = beside(store);
        String name = freshName();
        Claim before = freshClaim();
        Claim now = freshClaim();
        store.granted(brief(name, before));
        passUntilFree(store, name);
        other.granted(lasting(name, now));
        assertThat(store.release(name, before)).isFalse();
        assertHeldBy(now, store.read(name));
        other.renewed(lasting(name, now));
        assertThat(other.release(name, now)).isTrue();
        assertThat(store.release(name, before)).isFalse();
    }

    @Test
    void ruleL05_releaseKeepsTheFence() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(lasting(name, claim).withFloor(1L << 52));
        long fence = store.fence(name);
        store.release(name, claim);
        assertThat(store.fence(name)).isEqualTo(fence);
        store.release(name, claim);
        assertThat(store.fence(name)).isEqualTo(fence);
    }

    @Test
    void ruleL08_forceFreesTheLeaseOfAnyHolder() {
        TestedLeaseStore store = open();
        TestedLeaseStore operator = beside(store);
        String name = freshName();
        Claim before = freshClaim();
        store.granted(lasting(name, before));
        operator.force(name);
        assertFree(store.read(name));
        assertFree(store.notYours(lasting(name, before)));
        assertThat(store.release(name, before)).isFalse();

        Claim now = freshClaim();
        store.granted(lasting(name, now));
        assertHeldBy(now, store.notYours(lasting(name, before)));
        assertThat(store.release(name, before)).isFalse();
        assertHeldBy(now, operator.read(name));
    }

    @Test
    void ruleL08_forceRaisesTheFence() {
        TestedLeaseStore store = open();
        String name = freshName();
        for (long floor : new long[] {0, 1L << 52}) {
            long token =
                    store.granted(lasting(name, freshClaim()).withFloor(floor)).fencingToken();
            long fence = store.fence(name);
            store.force(name);
            assertThat(store.fence(name)).isGreaterThan(token).isGreaterThan(fence);
            assertThat(store.granted(lasting(name, freshClaim())).fencingToken())
                    .isGreaterThan(fence + 1);
            store.force(name);
        }
    }

    @Test
    void ruleL08_forceOnAFreeNameRaisesTheFenceOnly() {
        TestedLeaseStore store = open();
        String name = freshName();
        store.force(name);
        assertFree(store.read(name));
        long first = store.fence(name);
        store.force(name);
        assertFree(store.read(name));
        long second = store.fence(name);
        assertThat(second).isGreaterThan(first);
        assertThat(store.granted(lasting(name, freshClaim())).fencingToken()).isGreaterThan(second);
    }
}
