package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Rules L03 and L04: renewing. */
abstract class LeaseRenewingRules extends LeaseRules {
    LeaseRenewingRules(LeaseStoreConformance suite) {
        super(suite);
    }

    @Test
    void ruleL03_holderRenews() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(lasting(name, claim));
        for (int i = 0; i < 5; i++) {
            store.renewed(lasting(name, claim));
        }
        beside(store).renewed(lasting(name, claim));
        assertHeldBy(claim, store.read(name));
    }

    @Test
    void ruleL03_renewalRestartsTheTime() {
        TestedLeaseStore store = open();
        time.inTime(time.life(), its -> {
            String name = freshName();
            Claim claim = freshClaim();
            its.begin(() -> store.granted(brief(name, claim)));
            for (int i = 0; i < 3; i++) {
                its.passMost();
                its.begin(() -> store.renewed(brief(name, claim)));
            }
            its.passMost();
            assertHeldBy(claim, its.during(() -> store.read(name)));
        });
    }

    @Test
    void ruleL03_renewedLeaseEndsToo() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(lasting(name, claim));
        store.renewed(brief(name, claim));
        passUntilFree(store, name);
        store.granted(lasting(name, freshClaim()));
    }

    @Test
    void ruleL03_renewalLastsItsOwnTime() {
        TestedLeaseStore store = open();
        time.inTime(time.life(), its -> {
            String name = freshName();
            String witness = freshName();
            Claim claim = freshClaim();
            its.begin(() -> store.granted(brief(name, claim)));
            its.during(() -> store.renewed(lasting(name, claim)));
            store.granted(brief(witness, claim));
            passUntilFree(store, witness);
            assertHeldBy(claim, store.read(name));
            Duration remaining = store.read(name).remaining().orElseThrow();
            assertThat(remaining).isGreaterThan(LONG.minusDays(1)).isLessThanOrEqualTo(LONG);
        });
    }

    @Test
    void ruleL03_onlyTheClaimThatHoldsTheLeaseRenewsIt() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(lasting(name, claim));
        impostors(claim).forEach(other -> assertHeldBy(claim, store.notYours(lasting(name, other))));
        assertHeldBy(claim, store.notYours(lasting(name, freshClaim())));
        assertHeldBy(claim, beside(store).notYours(lasting(name, freshClaim())));
        assertThat(store.release(name, claim)).isTrue();
    }

    @Test
    void ruleL03_refusedRenewalProlongsNothing() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(brief(name, claim));
        time.passUntil(
                time.life(),
                "a lease ends however many others renew it",
                () -> store.read(name).claim().isEmpty(),
                () -> impostors(claim).forEach(other -> store.notYours(lasting(name, other))));
    }

    @Test
    void ruleL03_renewalNeverCreates() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        assertThat(store.notYours(lasting(name, claim)))
                .isEqualTo(new StoredLease(Optional.empty(), Optional.empty(), OptionalLong.empty()));
        neverCreates(store, name, claim);

        store.granted(lasting(name, claim));
        store.release(name, claim);
        neverCreates(store, name, claim);

        Claim forced = freshClaim();
        store.granted(lasting(name, forced));
        store.force(name);
        neverCreates(store, name, forced);

        Claim ended = freshClaim();
        store.granted(brief(name, ended));
        passUntilFree(store, name);
        neverCreates(store, name, ended);
    }

    private static void neverCreates(TestedLeaseStore store, String name, Claim claim) {
        for (int i = 0; i < 3; i++) {
            assertFree(store.notYours(lasting(name, claim)));
            assertFree(store.read(name));
        }
    }

    @Test
    void ruleL03_refusalReturnsWhatIsStored() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim before = freshClaim();
        long first = store.granted(lasting(name, before)).fencingToken();
        store.release(name, before);
        assertThat(store.notYours(lasting(name, before)).fencingToken().orElse(0))
                .isGreaterThanOrEqualTo(first);

        Claim now = freshClaim();
        long second = store.granted(lasting(name, now)).fencingToken();
        StoredLease found = store.notYours(lasting(name, before));
        assertHeldBy(now, found);
        assertThat(found.fencingToken().orElse(0)).isGreaterThanOrEqualTo(second);
        assertThat(found.remaining().orElseThrow()).isBetween(LONG.minusDays(1), LONG);
    }

    @Test
    void ruleL04_renewalRaisesTheFenceToItsFloor() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(lasting(name, claim));
        long floor = store.fence(name) + 1_000_000_000;
        store.renewed(lasting(name, claim).withFloor(floor));
        assertThat(store.fence(name)).isEqualTo(floor);
        store.renewed(lasting(name, claim).withFloor(floor + 1));
        assertThat(beside(store).fence(name)).isEqualTo(floor + 1);
        store.release(name, claim);
        assertThat(store.granted(lasting(name, freshClaim())).fencingToken()).isGreaterThan(floor + 1);
    }

    @Test
    void ruleL04_renewalNeverLowersTheFence() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        LeaseRequest request = lasting(name, claim);
        store.granted(request.withFloor(1L << 52));
        long fence = store.fence(name);
        for (long floor : new long[] {0, 1, fence / 10, fence - 1, fence}) {
            store.renewed(request.withFloor(floor));
            assertThat(store.fence(name)).isEqualTo(fence);
        }
    }

    @Test
    void ruleL04_refusedRenewalLeavesTheFence() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.notYours(lasting(name, claim).withFloor(1_000));
        assertThat(store.read(name).fencingToken()).isEmpty();

        store.granted(lasting(name, claim));
        long fence = store.fence(name);
        store.notYours(lasting(name, freshClaim()).withFloor(fence + 1_000));
        assertThat(store.fence(name)).isEqualTo(fence);
        store.release(name, claim);
        store.notYours(lasting(name, claim).withFloor(fence + 1_000));
        assertThat(store.fence(name)).isEqualTo(fence);
    }
}
