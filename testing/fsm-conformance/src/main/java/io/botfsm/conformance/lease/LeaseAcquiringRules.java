package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Rules L01, L02 and L09: acquiring what is free, asking for what is held, and reading. */
abstract class LeaseAcquiringRules extends LeaseRules {
    /** How inexact a remaining time may be: clocks count milliseconds, and the call itself takes time. */
    private static final Duration INEXACT = Duration.ofMillis(100);

    LeaseAcquiringRules(LeaseStoreConformance suite) {
        super(suite);
    }

    @Test
    void ruleL01_freeLeaseIsGranted() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        Granted granted = store.granted(lasting(name, claim));
        assertThat(granted.fencingToken()).isBetween(1L, LeaseRequest.MAX_FENCING_TOKEN);
        assertThat(granted.memory()).isGreaterThanOrEqualTo(Duration.ZERO);
        assertHeldBy(claim, store.read(name));
        assertHeldBy(claim, beside(store).read(name));
    }

    @Test
    void ruleL01_leaseIsGrantedAgainHoweverItEnded() {
        TestedLeaseStore store = open();
        String name = freshName();
        for (int i = 0; i < 3; i++) {
            Claim released = freshClaim();
            store.granted(lasting(name, released));
            assertThat(store.release(name, released)).isTrue();
            store.granted(lasting(name, freshClaim()));
            store.force(name);
            Claim ended = freshClaim();
            store.granted(brief(name, ended));
            passUntilFree(store, name);
        }
        Claim last = freshClaim();
        store.granted(lasting(name, last));
        assertHeldBy(last, store.read(name));
    }

    @Test
    void ruleL02_heldLeaseIsReported() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(lasting(name, claim));
        assertThat(store.occupied(lasting(name, freshClaim())).claim()).isEqualTo(claim);
        assertThat(beside(store).occupied(lasting(name, freshClaim())).claim()).isEqualTo(claim);
        assertThat(store.occupied(lasting(name, claim)).claim())
                .as("the holder itself asks")
                .isEqualTo(claim);
        impostors(claim)
                .forEach(other ->
                        assertThat(store.occupied(lasting(name, other)).claim()).isEqualTo(claim));
        assertHeldBy(claim, store.read(name));
    }

    @Test
    void ruleL02_remainingTimeIsTrue() {
        TestedLeaseStore store = open();
        for (Duration ttl : List.of(
                Duration.ofMillis(10_900), Duration.ofMillis(59_999), Duration.ofMinutes(90), Duration.ofDays(300))) {
            String name = freshName();
            long begun = System.nanoTime();
            store.granted(lasting(name, freshClaim(), ttl));
            remains(ttl, begun, store.occupied(lasting(name, freshClaim())).remaining());
            remains(ttl, begun, store.read(name).remaining());
        }
    }

    private static void remains(Duration ttl, long begun, Optional<Duration> remaining) {
        Duration passed = Duration.ofNanos(System.nanoTime() - begun);
        assertThat(remaining).as("what remains of %s", ttl).isPresent();
        assertThat(remaining.orElseThrow()).isBetween(ttl.minus(passed).minus(INEXACT), ttl);
    }

    @Requires(Need.ADVANCES_TIME)
    void ruleL02_remainingTimePasses() {
        TestedLeaseStore store = open();
        String name = freshName();
        store.granted(lasting(name, freshClaim()));
        time.pass(LONG.dividedBy(3));
        Duration left = LONG.minus(LONG.dividedBy(3));
        assertThat(store.read(name).remaining().orElseThrow()).isBetween(left.minus(INEXACT), left);
        Occupied occupied = store.occupied(lasting(name, freshClaim()));
        assertThat(occupied.remaining().orElseThrow()).isBetween(left.minus(INEXACT), left);
    }

    @Test
    void ruleL02_askingChangesNothing() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        long token = store.granted(lasting(name, claim)).fencingToken();
        long fence = store.fence(name);
        store.occupied(lasting(name, freshClaim()));
        store.occupied(lasting(name, freshClaim()).withFloor(fence + 1_000));
        store.occupied(lasting(name, claim).withFloor(fence + 1_000));
        assertThat(store.fence(name)).isEqualTo(fence).isGreaterThanOrEqualTo(token);
        store.renewed(lasting(name, claim));
        assertThat(store.release(name, claim)).isTrue();
    }

    @Test
    void ruleL02_askingProlongsNothing() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(brief(name, claim));
        time.passUntil(
                time.life(),
                "a lease ends however often it is asked for",
                () -> store.read(name).claim().isEmpty(),
                () -> {
                    if (store.acquire(lasting(name, claim)) instanceof Granted) {
                        store.release(name, claim);
                    }
                    Claim other = freshClaim();
                    if (store.acquire(lasting(name, other)) instanceof Granted) {
                        store.release(name, other);
                    }
                });
    }

    @Test
    void ruleL09_unknownNameIsEmpty() {
        TestedLeaseStore store = open();
        String name = freshName();
        StoredLease nothing = new StoredLease(Optional.empty(), Optional.empty(), OptionalLong.empty());
        for (int i = 0; i < 3; i++) {
            assertThat(store.read(name)).isEqualTo(nothing);
        }
        store.granted(lasting(name, freshClaim()));
        assertThat(store.read(freshName())).isEqualTo(nothing);
    }

    @Test
    void ruleL09_readingReturnsWhatIsStored() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        long token = store.granted(lasting(name, claim)).fencingToken();
        assertHeldBy(claim, store.read(name));
        assertThat(store.fence(name)).isGreaterThanOrEqualTo(token);
        store.release(name, claim);
        assertFree(store.read(name));
        assertThat(store.fence(name)).isGreaterThanOrEqualTo(token);
    }

    @Test
    void ruleL09_readingReturnsNoLeaseThatIsOver() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(brief(name, claim));
        time.passUntil(
                time.life(),
                "an expired lease is no longer reported",
                () -> store.read(name).claim().isEmpty(),
                () -> store.read(name)
                        .claim()
                        .ifPresent(reported -> assertThat(reported).isEqualTo(claim)));
        assertFree(store.read(name));
    }

    @Test
    void ruleL09_readingChangesNothing() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim claim = freshClaim();
        store.granted(lasting(name, claim));
        long fence = store.fence(name);
        for (int i = 0; i < 10; i++) {
            assertHeldBy(claim, store.read(name));
            assertThat(store.fence(name)).isEqualTo(fence);
        }
        store.renewed(lasting(name, claim));
        assertThat(store.release(name, claim)).isTrue();
        assertFree(store.read(name));
        store.granted(lasting(name, freshClaim()));
    }

    @Test
    void ruleL09_readingProlongsNothing() {
        TestedLeaseStore store = open();
        String name = freshName();
        store.granted(brief(name, freshClaim()));
        time.passUntil(
                time.life(),
                "a lease ends however often it is read",
                () -> store.acquire(lasting(name, freshClaim())) instanceof Granted,
                () -> store.read(name));
    }
}
