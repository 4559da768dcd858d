package io.botfsm.isolation;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A lease store in memory that fails as a test demands. Thread-safe. */
final class TroubledLeases implements LeaseStore {
    private final MemoryLeaseStore store;
    final AtomicInteger acquisitions = new AtomicInteger();
    final AtomicInteger renewals = new AtomicInteger();
    final AtomicInteger subscriptionsBegun = new AtomicInteger();
    final AtomicInteger subscriptions = new AtomicInteger();
    final AtomicBoolean losesNextGrant = new AtomicBoolean();
    final AtomicBoolean losesNextRelease = new AtomicBoolean();
    final AtomicBoolean losesNextReleasesAnswer = new AtomicBoolean();
    final AtomicInteger releases = new AtomicInteger();
    final AtomicBoolean withholdsNextQuestion = new AtomicBoolean();
    volatile Runnable withheld = () -> {};
    volatile boolean losesRenewals;
    volatile boolean refusesReleases;

    TroubledLeases() {
        this(new MemoryLeaseStore());
    }

    TroubledLeases(MemoryLeaseStore store) {
        this.store = store;
    }

    static Claim stranger() {
        return new Claim("stranger-1", "elsewhere 1 1");
    }

    /** Lets another process take the lease, for a long time. */
    void taken(String name) {
        store.acquire(new LeaseRequest(name, stranger(), Duration.ofHours(1), 0, Fences.EXPIRING))
                .toCompletableFuture()
                .join();
    }

    Optional<Claim> claim(String name) {
        return store.read(name).toCompletableFuture().join().claim();
    }

    private static <T> CompletionStage<T> lost() {
        return CompletableFuture.failedFuture(new LeaseStoreException("lost on purpose", false, null));
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        acquisitions.incrementAndGet();
        if (withholdsNextQuestion.compareAndSet(true, false)) {
            CompletableFuture<Acquisition> answer = new CompletableFuture<>();
            withheld = () -> {
                var unused = store.acquire(request).thenAccept(answer::complete);
            };
            return answer;
        }
        CompletionStage<Acquisition> answer = store.acquire(request);
        return losesNextGrant.compareAndSet(true, false) ? lost() : answer;
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        renewals.incrementAndGet();
        return losesRenewals ? lost() : store.renew(request);
    }

    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        releases.incrementAndGet();
        if (refusesReleases) {
            return CompletableFuture.failedFuture(new LeaseStoreException("refused on purpose", true, null));
        }
        if (losesNextRelease.compareAndSet(true, false)) {
            return lost();
        }
        CompletionStage<Boolean> answer = store.release(name, claim);
        return losesNextReleasesAnswer.compareAndSet(true, false) ? lost() : answer;
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
        subscriptionsBegun.incrementAndGet();
        subscriptions.incrementAndGet();
        return store.subscribe(name, hint).thenApply(begun -> {
            AtomicBoolean open = new AtomicBoolean(true);
            return () -> {
                begun.close();
                if (open.compareAndSet(true, false)) {
                    subscriptions.decrementAndGet();
                }
            };
        });
    }

    @Override
    public void close() {
        store.close();
    }
}
