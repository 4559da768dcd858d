package io.botfsm.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInstance;

/** A group of tests of leases: stores that are closed after each test, and names and claims that nobody else uses. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LeaseRules {
    /** A time to live that no test sees the end of. */
    static final Duration LONG = Duration.ofDays(30);

    final LeaseStoreConformance suite;
    final Time time;
    private final List<LeaseStore> opened = new ArrayList<>();
    private final String run = "conformance-" + UUID.randomUUID();
    private final AtomicLong count = new AtomicLong();

    LeaseRules(LeaseStoreConformance suite) {
        this.suite = suite;
        this.time = new Time(suite);
    }

    TestedLeaseStore open() {
        return open(Rules.DEADLINE);
    }

    TestedLeaseStore open(Duration deadline) {
        LeaseStore store;
        try {
            store = suite.open(deadline);
        } catch (Exception e) {
            throw new AssertionError("the store could not be opened", e);
        }
        opened.add(store);
        return new TestedLeaseStore(store);
    }

    /** Another store on the backend of this one; the same where each store has its own backend. */
    TestedLeaseStore beside(TestedLeaseStore store) {
        return suite instanceof Conformance.Shares ? open() : store;
    }

    @AfterEach
    void closeStores() {
        opened.forEach(LeaseStore::close);
        opened.clear();
    }

    String freshName() {
        return run + "-" + count.incrementAndGet();
    }

    Claim freshClaim() {
        return new Claim(run + "." + count.incrementAndGet(), "a holder");
    }

    /** A request that lasts, and wants nothing special. */
    static LeaseRequest lasting(String name, Claim claim) {
        return new LeaseRequest(name, claim, LONG, 0, Fences.KEPT);
    }

    /** One that a test sees the end of. */
    LeaseRequest brief(String name, Claim claim) {
        return lasting(name, claim, time.life());
    }

    static LeaseRequest lasting(String name, Claim claim, Duration ttl) {
        return new LeaseRequest(name, claim, ttl, 0, Fences.KEPT);
    }

    static LeaseRequest expiring(String name, Claim claim, Duration ttl) {
        return new LeaseRequest(name, claim, ttl, 0, Fences.EXPIRING);
    }

    /** What shares one half with the claim, and so is another. */
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

    /** Lets the time of a {@link #brief} lease pass until it is free. */
    void passUntilFree(TestedLeaseStore store, String name) {
        time.passUntil(
                time.life(), "the lease ends", () -> store.read(name).claim().isEmpty());
    }
}
