package io.botfsm.conformance.isolation;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Leases in memory that can be out of reach. Thread-safe. */
class CuttableLeaseStore implements LeaseStore {
    private final MemoryLeaseStore store = new MemoryLeaseStore();
    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;

    void cut(boolean isCut) {
        cut = isCut;
    }

    /** Takes every lease away from whoever has it. */
    void forceAll() {
        names.forEach(name -> store.force(name).toCompletableFuture().join());
    }

    private <T> CompletionStage<T> unlessCut(Supplier<CompletionStage<T>> call) {
        return cut ? CompletableFuture.failedFuture(new LeaseStoreException("cut off", false, null)) : call.get();
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        names.add(request.name());
        return unlessCut(() -> store.acquire(request));
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        return unlessCut(() -> store.renew(request));
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
        store.close();
    }
}
