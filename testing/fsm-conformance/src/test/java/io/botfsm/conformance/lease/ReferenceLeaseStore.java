package io.botfsm.conformance.lease;

import io.botfsm.conformance.lease.ReferenceLeaseBackend.Connection;
import io.botfsm.conformance.lease.ReferenceLeaseBackend.Ear;
import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A store on the {@link ReferenceLeaseBackend} that keeps every rule. The wrong ones override one method each. */
class ReferenceLeaseStore implements LeaseStore {
    final ReferenceLeaseBackend backend;
    private final List<Ear> mine = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    ReferenceLeaseStore(ReferenceLeaseBackend backend) {
        this.backend = backend;
    }

    /** Asks the backend, if it is there. */
    <T> CompletionStage<T> ask(Supplier<T> call) {
        if (closed) {
            return closed();
        }
        if (backend.connection == Connection.DOWN) {
            return away();
        }
        try {
            T answer = call.get();
            return backend.connection == Connection.LOSES_ANSWERS ? away() : CompletableFuture.completedFuture(answer);
        } catch (LeaseStoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    <T> CompletionStage<T> away() {
        return CompletableFuture.failedFuture(new LeaseStoreException("the backend is away", false, null));
    }

    <T> CompletionStage<T> closed() {
        return CompletableFuture.failedFuture(new LeaseStoreException("the store is closed", true, null));
    }

    final boolean isClosed() {
        return closed;
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        return ask(() -> backend.acquire(request));
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        return ask(() -> backend.renew(request));
    }

    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        return ask(() -> {
            boolean released = backend.release(name, claim);
            if (released) {
                tell(name);
            }
            return released;
        });
    }

    @Override
    public CompletionStage<StoredLease> read(String name) {
        return ask(() -> backend.read(name));
    }

    @Override
    public CompletionStage<Void> force(String name) {
        return ask(() -> {
            backend.force(name);
            tell(name);
            return null;
        });
    }

    /** Messages are lost with the answers. */
    private void tell(String name) {
        if (backend.connection == Connection.UP) {
            backend.tell(name);
        }
    }

    @Override
    public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
        return ask(() -> {
            Ear ear = listen(name, hint);
            mine.add(ear);
            return () -> stop(ear);
        });
    }

    Ear listen(String name, Runnable hint) {
        Ear ear = new Ear(backend.address(name), () -> hint.run()); // one of its own, whatever the hint
        backend.ears.add(ear);
        return ear;
    }

    void stop(Ear ear) {
        backend.ears.remove(ear);
        mine.remove(ear);
    }

    @Override
    public void close() {
        closed = true;
        mine.forEach(this::stop);
    }
}
