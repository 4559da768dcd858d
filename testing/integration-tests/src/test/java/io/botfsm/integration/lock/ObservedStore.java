package io.botfsm.integration.lock;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Another store, and when the last request began of those that it confirmed. Thread-safe. */
final class ObservedStore implements LeaseStore {
    private final LeaseStore store;
    private final AtomicLong lastConfirmed = new AtomicLong(System.nanoTime());
    private final AtomicInteger renewals = new AtomicInteger();

    ObservedStore(LeaseStore store) {
        this.store = store;
    }

    /** When the last grant or renewal was asked for that was given, in nanoseconds. */
    long lastConfirmed() {
        return lastConfirmed.get();
    }

    /** How many renewals were confirmed. */
    int renewals() {
        return renewals.get();
    }

    private void confirmed(long begun) {
        lastConfirmed.accumulateAndGet(begun, (a, b) -> a - b > 0 ? a : b);
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        long begun = System.nanoTime();
        return store.acquire(request).thenApply(answer -> {
            if (answer instanceof Acquisition.Granted) {
                confirmed(begun);
            }
            return answer;
        });
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        long begun = System.nanoTime();
        return store.renew(request).thenApply(answer -> {
            if (answer instanceof Renewal.Renewed) {
                confirmed(begun);
                renewals.incrementAndGet();
            }
            return answer;
        });
    }

    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        return store.release(name, claim);
    }

    @Override
    public CompletionStage<StoredLease> read(String name) {
        return store.read(name);
    }

    @Override
    public CompletionStage<Void> force(String name) {
        return store.force(name);
    }

    @Override
    public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
        return store.subscribe(name, hint);
    }

    @Override
    public void close() {
        store.close();
    }
}
