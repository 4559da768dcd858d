package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules L06 and L13: how long leases last, and fences. */
abstract class LeaseEndingRules extends LeaseRules {
    /** A little less than the time for which expiring fences are kept. */
    private static final Duration ALMOST_AN_HOUR = Duration.ofMinutes(59);

    private static final Duration YEARS = Duration.ofDays(20 * 365);

    LeaseEndingRules(LeaseStoreConformance suite) {
        super(suite);
    }

    @Test
    void ruleL06_leaseEndsByItself() {
        TestedLeaseStore store = open();
        String name = freshName();
        store.granted(brief(name, freshClaim()));
        time.passUntil(
                time.life(), "the lease is free", () -> store.acquire(lasting(name, freshClaim())) instanceof Granted);
    }

    @Test
    void ruleL06_leaseLastsItsTime() {
        TestedLeaseStore store = open();
        time.inTime(time.life(), its -> {
            String name = freshName();
            Claim claim = freshClaim();
            its.begin(() -> store.granted(brief(name, claim)));
            its.passMost();
            assertHeldBy(claim, its.during(() -> store.read(name)));
            Claim asking = freshClaim();
            assertThat(its.during(() -> store.acquire(lasting(name, asking)))).isNotInstanceOf(Granted.class);
        });
    }

    @Requires(Need.ADVANCES_TIME)
    void ruleL06_timeIsKeptToTheMillisecond() {
        TestedLeaseStore store = open();
        requireStandingTime(store);
        for (Duration ttl : List.of(suite.shortestTtl(), Duration.ofMillis(1_999), LONG.plusMillis(1))) {
            String name = freshName();
            Claim claim = freshClaim();
            store.granted(lasting(name, claim, ttl));
            time.pass(ttl.minusNanos(1));
            assertHeldBy(claim, store.read(name));
            time.pass(Duration.ofMillis(2));
            assertFree(store.read(name));
        }
    }

    @Test
    void ruleL06_whatIsOverCanNeitherBeRenewedNorReleased() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim ended = freshClaim();
        store.granted(brief(name, ended));
        passUntilFree(store, name);
        assertFree(store.notYours(lasting(name, ended)));
        assertThat(store.release(name, ended)).isFalse();

        Claim now = freshClaim();
        store.granted(lasting(name, now));
        assertHeldBy(now, store.notYours(lasting(name, ended)));
        assertThat(store.release(name, ended)).isFalse();
        assertHeldBy(now, store.read(name));
    }

    @Test
    void ruleL06_shortestLeaseEnds() {
        TestedLeaseStore store = open();
        String name = freshName();
        for (int i = 0; i < times(20); i++) {
            Claim claim = freshClaim();
            store.granted(lasting(name, claim, suite.shortestTtl()));
            time.passUntil(
                    suite.shortestTtl(),
                    "the shortest lease ends",
                    () -> store.read(name).claim().isEmpty());
            assertFree(store.notYours(lasting(name, claim)));
        }
    }

    @Test
    void ruleL06_longestLeaseIsGranted() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(lasting(name, claim, LeaseRequest.MAX_TTL));
        store.renewed(lasting(name, claim, LeaseRequest.MAX_TTL));
        assertThat(store.read(name).remaining().orElseThrow())
                .isBetween(LeaseRequest.MAX_TTL.minusDays(1), LeaseRequest.MAX_TTL);
    }

    @Test
    void ruleL13_fenceOutlivesTheLease() {
        TestedLeaseStore store = open();
        for (LeaseStoreEnd end : LeaseStoreEnd.values()) {
            for (boolean kept : new boolean[] {true, false}) {
                String name = freshName();
                long token = endLease(store, name, kept, end);
                assertThat(store.fence(name)).isGreaterThanOrEqualTo(token);
                time.pass(time.life());
                assertThat(store.granted(lasting(name, freshClaim())).fencingToken())
                        .isGreaterThan(token);
            }
        }
    }

    private enum LeaseStoreEnd {
        RELEASED,
        FORCED,
        OVER
    }

    private long endLease(TestedLeaseStore store, String name, boolean kept, LeaseStoreEnd end) {
        Claim claim = freshClaim();
        Duration ttl = end == LeaseStoreEnd.OVER ? time.life() : LONG;
        long token = store.granted(kept ? lasting(name, claim, ttl) : expiring(name, claim, ttl))
                .fencingToken();
        switch (end) {
            case RELEASED -> store.release(name, claim);
            case FORCED -> store.force(name);
            case OVER -> passUntilFree(store, name);
        }
        return token;
    }

    @Requires(Need.ADVANCES_TIME)
    void ruleL13_keptFenceStaysForYears() {
        TestedLeaseStore store = open();
        for (LeaseStoreEnd end : LeaseStoreEnd.values()) {
            String name = freshName();
            endLease(store, name, true, end);
            long fence = store.fence(name);
            time.pass(YEARS);
            assertThat(store.read(name).fencingToken()).as("the fence, %s", end).hasValue(fence);
        }
    }

    @Requires(Need.ADVANCES_TIME)
    void ruleL13_expiringFenceStaysAnHourAndGoes() {
        TestedLeaseStore store = open();
        for (LeaseStoreEnd end : LeaseStoreEnd.values()) {
            String name = freshName();
            endLease(store, name, false, end);
            long fence = store.fence(name);
            // a lease that ended by itself may have done so a moment ago
            time.pass(ALMOST_AN_HOUR);
            assertThat(store.read(name).fencingToken()).as("the fence, %s", end).hasValue(fence);
            time.passUntil(
                    Duration.ofMinutes(2).plus(time.life()),
                    "no fence",
                    () -> store.read(name).fencingToken().isEmpty());
            assertThat(store.granted(expiring(name, freshClaim(), LONG)).fencingToken())
                    .as("a token after the fence is forgotten")
                    .isGreaterThan(fence);
        }
    }

    @Requires(Need.ADVANCES_TIME)
    void ruleL13_expiringFenceStaysWhileTheLeaseIsRenewed() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        LeaseRequest request = expiring(name, claim, Duration.ofMinutes(10));
        store.granted(request);
        long fence = store.fence(name);
        for (int i = 0; i < 50; i++) {
            time.pass(Duration.ofMinutes(9));
            store.renewed(request);
        }
        assertThat(store.read(name).fencingToken()).hasValue(fence);
        assertThat(store.release(name, claim)).isTrue();
        time.pass(ALMOST_AN_HOUR);
        assertThat(store.read(name).fencingToken()).hasValue(fence);
    }

    @Requires(Need.ADVANCES_TIME)
    void ruleL13_expiringFenceOfALongLeaseStays() {
        TestedLeaseStore store = open();
        String name = freshName();
        store.granted(expiring(name, freshClaim(), Duration.ofHours(10)));
        long fence = store.fence(name);
        time.pass(Duration.ofHours(9));
        assertThat(store.read(name).fencingToken()).hasValue(fence);
        time.pass(Duration.ofHours(1).plus(ALMOST_AN_HOUR));
        assertFree(store.read(name));
        assertThat(store.read(name).fencingToken()).hasValue(fence);
    }

    @Requires(Need.ADVANCES_TIME)
    void ruleL13_forceOnNothingLeavesAnExpiringFence() {
        TestedLeaseStore store = open();
        String name = freshName();
        store.force(name);
        time.pass(ALMOST_AN_HOUR);
        assertThat(store.read(name).fencingToken()).isPresent();
        time.passUntil(
                Duration.ofMinutes(2),
                "no fence",
                () -> store.read(name).fencingToken().isEmpty());
    }
}
