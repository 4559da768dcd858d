package io.botfsm.conformance.lock;

import io.botfsm.lock.AcquireResult;
import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LockHolder;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A lock that does as the honest one, unless a fault does something else instead. */
final class FaultyLock implements InstanceLock {
    interface Waiting {
        AcquireResult acquire(Duration maxWait) throws InterruptedException;
    }

    final InstanceLock honest;
    final Duration ttl;
    Supplier<AcquireResult> tryAcquire;
    Waiting acquire;
    Runnable forceRelease;
    Runnable close;

    /** What is done to each lease that is acquired. */
    Consumer<FaultyLease> acquired = lease -> {};

    FaultyLock(InstanceLock honest, Duration ttl) {
        this.honest = honest;
        this.ttl = ttl;
        tryAcquire = honest::tryAcquire;
        acquire = honest::acquire;
        forceRelease = honest::forceRelease;
        close = honest::close;
    }

    private AcquireResult faulty(AcquireResult attempt) {
        if (!(attempt instanceof AcquireResult.Acquired success)) {
            return attempt;
        }
        FaultyLease lease = new FaultyLease(success.lease());
        acquired.accept(lease);
        return new AcquireResult.Acquired(lease);
    }

    @Override
    public AcquireResult tryAcquire() {
        return faulty(tryAcquire.get());
    }

    @Override
    public AcquireResult acquire(Duration maxWait) throws InterruptedException {
        return faulty(acquire.acquire(maxWait));
    }

    @Override
    public Optional<LockHolder> holder() {
        return honest.holder();
    }

    @Override
    public void forceRelease() {
        forceRelease.run();
    }

    @Override
    public void close() {
        close.run();
    }
}
