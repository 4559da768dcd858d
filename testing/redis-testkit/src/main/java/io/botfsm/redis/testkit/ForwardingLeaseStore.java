package io.botfsm.redis.testkit;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import java.util.concurrent.CompletionStage;

/** Forwards to another store, for a test that changes some of its operations. As thread-safe as that store. */
public class ForwardingLeaseStore implements LeaseStore {
    private final LeaseStore store;

    protected ForwardingLeaseStore(LeaseStore store) {
        this.store = store;
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        return store.acquire(request);
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        return store.renew(request);
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
