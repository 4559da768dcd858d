package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.internal.BackendTime;
import io.botfsm.conformance.internal.Rules;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** A group of tests of a lease store, with names and claims that nobody else uses. */
abstract class LeaseRules extends Rules {
    /** A time to live that no test sees the end of. */
    static final Duration LONG = Duration.ofDays(30);

    /** Longer than the resolution of any clock. */
    private static final Duration SEEN_TO_PASS = Duration.ofMillis(20);

    private static final String DEMAND =
            "The test class implements Conformance.AdvancesTime, so its backend's time must"
                    + " stand still until advance() is called, and this time passed by itself: set a clock that stands still, or"
                    + " leave AdvancesTime out";

    final LeaseStoreConformance suite;
    private final String run = "conformance-" + UUID.randomUUID();
    private final AtomicLong count = new AtomicLong();

    LeaseRules(LeaseStoreConformance suite) {
        super(suite);
        this.suite = suite;
    }

    TestedLeaseStore open() {
        return open(DEADLINE);
    }

    TestedLeaseStore open(Duration deadline) {
        return new TestedLeaseStore(opened(() -> suite.open(deadline)));
    }

    /** Another store on the same backend; the same store if each has its own backend. */
    TestedLeaseStore beside(TestedLeaseStore store) {
        return suite instanceof Conformance.Shares ? open() : store;
    }

    String freshName() {
        return run + "-" + count.incrementAndGet();
    }

    Claim freshClaim() {
        return new Claim(run + "." + count.incrementAndGet(), "a holder");
    }

    /** A request for a long lease, with no floor and a fence that is kept. */
    static LeaseRequest lasting(String name, Claim claim) {
        return new LeaseRequest(name, claim, LONG, 0, Fences.KEPT);
    }

    /** A request for a lease whose end a test can reach. */
    LeaseRequest brief(String name, Claim claim) {
        return lasting(name, claim, time.life());
    }

    static LeaseRequest lasting(String name, Claim claim, Duration ttl) {
        return new LeaseRequest(name, claim, ttl, 0, Fences.KEPT);
    }

    static LeaseRequest expiring(String name, Claim claim, Duration ttl) {
        return new LeaseRequest(name, claim, ttl, 0, Fences.EXPIRING);
    }

    /** Claims that share the token or the holder with this one, but differ from it. */
    static List<Claim> impostors(Claim claim) {
        return List.of(
                new Claim(claim.token(), claim.holder() + "x"),
                new Claim(claim.token(), ""),
                new Claim(claim.token() + "x", claim.holder()),
                new Claim("x" + claim.token(), claim.holder()),
                new Claim(claim.token().substring(1), claim.holder()),
                new Claim(claim.token(), claim.token() + "|" + claim.holder()));
    }

    static void assertFree(StoredLease lease) {
        assertThat(lease.claim()).as("who has a free lease").isEmpty();
        assertThat(lease.remaining()).as("how long a free lease lasts").isEmpty();
    }

    static void assertHeldBy(Claim claim, StoredLease lease) {
        assertThat(lease.claim()).hasValue(claim);
        assertThat(lease.remaining()).as("how long a held lease lasts").isPresent();
    }

    /** Requires that the time of a suite that advances it stands still otherwise, as the suite promises. */
    void requireStandingTime(TestedLeaseStore store) {
        String name = freshName();
        store.granted(lasting(name, freshClaim()));
        Optional<Duration> before = store.read(name).remaining();
        BackendTime.pause(SEEN_TO_PASS);
        assertThat(store.read(name).remaining())
                .as("how long a lease lasts, %s after it was said to last %s. %s", SEEN_TO_PASS, before, DEMAND)
                .isEqualTo(before);
    }

    /** Lets the time of a {@link #brief} lease pass until it is free. */
    void passUntilFree(TestedLeaseStore store, String name) {
        time.passUntil(
                time.life(), "the lease ends", () -> store.read(name).claim().isEmpty());
    }
}
