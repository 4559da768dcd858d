package io.botfsm.conformance.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.conformance.internal.Rules;
import io.botfsm.conformance.internal.TimedResult;
import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStore.Subscription;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A lease store as the tests use it: waits for each answer, and checks it against the contract of the stages. */
final class TestedLeaseStore {
    private static final Duration TIMEOUT = Rules.DEADLINE.multipliedBy(3);

    private final LeaseStore store;

    TestedLeaseStore(LeaseStore store) {
        this.store = store;
    }

    Acquisition acquire(LeaseRequest request) {
        return acquiring(request).value(TIMEOUT);
    }

    /** Acquires what must be free. */
    Granted granted(LeaseRequest request) {
        return as(Granted.class, acquire(request));
    }

    /** Tries to acquire what must be held. */
    Occupied occupied(LeaseRequest request) {
        return as(Occupied.class, acquire(request));
    }

    Renewal renew(LeaseRequest request) {
        return renewing(request).value(TIMEOUT);
    }

    Renewed renewed(LeaseRequest request) {
        return as(Renewed.class, renew(request));
    }

    /** Tries to renew a lease that nobody or somebody else holds; returns what was found instead. */
    StoredLease notYours(LeaseRequest request) {
        return as(NotYours.class, renew(request)).found();
    }

    private static <T> T as(Class<T> type, Object answer) {
        assertThat(answer).isInstanceOf(type);
        return type.cast(answer);
    }

    boolean release(String name, Claim claim) {
        return releasing(name, claim).value(TIMEOUT);
    }

    StoredLease read(String name) {
        return reading(name).value(TIMEOUT);
    }

    /** The fence, where there must be one. */
    long fence(String name) {
        return read(name).fencingToken().orElseThrow(() -> new AssertionError("no fence under " + name));
    }

    void force(String name) {
        forcing(name).value(TIMEOUT);
    }

    Subscription subscribe(String name, Runnable hint) {
        return subscribing(name, hint).value(TIMEOUT);
    }

    TimedResult<Acquisition> acquiring(LeaseRequest request) {
        return begin(() -> store.acquire(request));
    }

    TimedResult<Renewal> renewing(LeaseRequest request) {
        return begin(() -> store.renew(request));
    }

    TimedResult<Boolean> releasing(String name, Claim claim) {
        return begin(() -> store.release(name, claim));
    }

    TimedResult<StoredLease> reading(String name) {
        return begin(() -> store.read(name));
    }

    /** Completes with true where the store completes with nothing. */
    TimedResult<Boolean> forcing(String name) {
        return begin(() -> store.force(name).thenApply(nothing -> true));
    }

    TimedResult<Subscription> subscribing(String name, Runnable hint) {
        return begin(() -> store.subscribe(name, hint));
    }

    private static <T> TimedResult<T> begin(Supplier<CompletionStage<T>> call) {
        try {
            return new TimedResult<>(call.get());
        } catch (RuntimeException e) {
            throw new AssertionError("a lease store fails through the stage; this call threw", e);
        }
    }

    void close() {
        store.close();
    }
}
