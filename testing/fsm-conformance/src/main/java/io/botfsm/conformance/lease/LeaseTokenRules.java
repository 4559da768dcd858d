package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Need;
import io.botfsm.conformance.Requires;
import io.botfsm.conformance.internal.Crowd;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rules L07 and L15: fencing tokens. */
abstract class LeaseTokenRules extends LeaseRules {
    LeaseTokenRules(LeaseStoreConformance suite) {
        super(suite);
    }

    @Test
    void ruleL07_tokensRiseOverEveryEnd() {
        TestedLeaseStore store = open();
        String name = freshName();
        long last = 0;
        for (int i = 0; i < times(5); i++) {
            Claim released = freshClaim();
            last = higher(last, store, lasting(name, released));
            store.release(name, released);
            last = higher(last, store, lasting(name, freshClaim()));
            store.force(name);
            Claim renewed = freshClaim();
            last = higher(last, store, lasting(name, renewed));
            store.renewed(lasting(name, renewed).withFloor(last + 5));
            last += 5;
            store.release(name, renewed);
            last = higher(last, store, brief(name, freshClaim()));
            passUntilFree(store, name);
        }
    }

    private static long higher(long last, TestedLeaseStore store, LeaseRequest request) {
        long fence = store.read(request.name()).fencingToken().orElse(last);
        assertThat(fence).as("the fence after token %d", last).isGreaterThanOrEqualTo(last);
        long token = store.granted(request).fencingToken();
        assertThat(token).isGreaterThan(last).isGreaterThan(fence);
        assertThat(store.fence(request.name())).isGreaterThanOrEqualTo(token);
        return token;
    }

    /** Faster than a clock of microseconds can distinguish. */
    @Test
    void ruleL07_tokensRiseHoweverFast() {
        TestedLeaseStore store = open();
        String name = freshName();
        long last = 0;
        for (int i = 0; i < times(500); i++) {
            Claim claim = freshClaim();
            long token = store.granted(lasting(name, claim)).fencingToken();
            assertThat(token).isGreaterThan(last);
            last = token;
            store.release(name, claim);
        }
    }

    @Requires(Need.SHARES)
    void ruleL07_tokensRiseThroughAnyStore() {
        TestedLeaseStore one = open();
        TestedLeaseStore other = open();
        String name = freshName();
        long last = 0;
        for (int i = 0; i < times(20); i++) {
            TestedLeaseStore store = i % 2 == 0 ? one : other;
            Claim claim = freshClaim();
            last = higher(last, store, lasting(name, claim));
            store.release(name, claim);
        }
        one.close();
        other.close();
        higher(last, open(), lasting(name, freshClaim()));
    }

    @Test
    void ruleL07_tokensOfManyAtOnceAreAllDifferentAndRise() {
        TestedLeaseStore one = open();
        TestedLeaseStore two = beside(one);
        String name = freshName();
        Set<Long> tokens = Collections.synchronizedSet(new HashSet<>());
        int each = times(100);
        int threads = 4;
        Crowd.of(threads, index -> {
            TestedLeaseStore store = index % 2 == 0 ? one : two;
            long last = 0;
            for (int i = 0; i < each; i++) {
                Claim claim = freshClaim();
                if (store.acquire(lasting(name, claim)) instanceof Granted granted) {
                    assertThat(granted.fencingToken()).isGreaterThan(last);
                    last = granted.fencingToken();
                    assertThat(tokens.add(last)).as("a token given out once").isTrue();
                    store.release(name, claim);
                }
            }
        });
        assertThat(tokens).isNotEmpty();
    }

    @Test
    void ruleL07_tokensAreNotBelowTheFloor() {
        TestedLeaseStore store = open();
        String name = freshName();
        long floor = 1L << 51;
        for (int i = 0; i < 3; i++) {
            Claim claim = freshClaim();
            long token = store.granted(lasting(name, claim).withFloor(floor)).fencingToken();
            assertThat(token).isGreaterThanOrEqualTo(floor);
            store.release(name, claim);
            floor = token + 1_000_000;
        }
        long last = store.fence(name);
        for (long low : new long[] {0, 1, last / 2, last}) {
            Claim claim = freshClaim();
            long token = store.granted(lasting(name, claim).withFloor(low)).fencingToken();
            assertThat(token).as("a token with a floor below the fence").isGreaterThan(last);
            last = token;
            store.release(name, claim);
        }
    }

    @Test
    void ruleL07_tokensAreNotBelowTheTime() {
        TestedLeaseStore store = open();
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now().minus(Duration.ofHours(1)));
        assertThat(store.granted(lasting(freshName(), freshClaim())).fencingToken())
                .isGreaterThan(micros);
        String forced = freshName();
        store.force(forced);
        assertThat(store.granted(lasting(forced, freshClaim())).fencingToken()).isGreaterThan(micros);
    }

    @Test
    void ruleL15_tokensAreExactUpToTheHighest() {
        TestedLeaseStore store = open();
        for (long floor : new long[] {(1L << 52) + 1, LeaseRequest.MAX_FENCING_TOKEN - 100}) {
            String name = freshName();
            long last = floor - 1;
            for (int i = 0; i < 10; i++) {
                Claim claim = freshClaim();
                long token =
                        store.granted(lasting(name, claim).withFloor(floor)).fencingToken();
                assertThat(token).isGreaterThan(last).isLessThanOrEqualTo(LeaseRequest.MAX_FENCING_TOKEN);
                assertThat(store.fence(name)).isEqualTo(token);
                store.renewed(lasting(name, claim).withFloor(token + 3));
                assertThat(store.fence(name)).isEqualTo(token + 3);
                last = token + 3;
                store.release(name, claim);
            }
        }
    }

    @Test
    void ruleL15_afterTheHighestTokenNoneIsGranted() {
        TestedLeaseStore store = open();
        String name = freshName();
        Claim last = freshClaim();
        assertThat(store.granted(lasting(name, last).withFloor(LeaseRequest.MAX_FENCING_TOKEN))
                        .fencingToken())
                .isEqualTo(LeaseRequest.MAX_FENCING_TOKEN);
        store.renewed(lasting(name, last).withFloor(LeaseRequest.MAX_FENCING_TOKEN));
        assertThat(store.release(name, last)).isTrue();
        for (int i = 0; i < 2; i++) {
            Claim claim = freshClaim();
            assertThat(store.acquiring(lasting(name, claim)).anyFailureOrNone(DEADLINE))
                    .as("the failure when tokens are used up")
                    .containsInstanceOf(LeaseStoreException.class);
            StoredLease now = store.read(name);
            assertFree(now);
            assertThat(now.fencingToken()).hasValue(LeaseRequest.MAX_FENCING_TOKEN);
            assertFree(store.notYours(lasting(name, claim)));
        }
    }
}
