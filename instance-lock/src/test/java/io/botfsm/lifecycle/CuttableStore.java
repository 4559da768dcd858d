package io.botfsm.lifecycle;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** One instance's connection to a store. It can be cut off; closing it cuts it off, but does not close the store. */
final class CuttableStore implements LeaseStore {
    private final LeaseStore store;
    private final AtomicInteger renewals = new AtomicInteger();
    private volatile boolean cut;

    CuttableStore(LeaseStore store) {
        this.store = store;
    }

    void cutOff() {
        cut = true;
    }

    void restore() {
        cut = false;
    }

    int renewals() {
        return renewals.get();
    }

    private <T> CompletionStage<T> unlessCut(Supplier<CompletionStage<T>> operation) {
        return cut ? CompletableFuture.failedStage(new LeaseStoreException("cut off", false, null)) : operation.get();
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        return unlessCut(() -> store.acquire(request));
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        return unlessCut(() -> {
            renewals.incrementAndGet();
            return store.renew(request);
        });
    }

    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        return unlessCut(() -> store.release(name, claim));
    }

    @Override
    public CompletionStage<StoredLease> read(String name) {
        return unlessCut(() -> store.read(name));
    }

    @Override
    public CompletionStage<Void> force(String name) {
        return unlessCut(() -> store.force(name));
    }

    @Override
    public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
        return unlessCut(() -> store.subscribe(name, hint));
    }

    @Override
    public void close() {
        cutOff();
    }
}
