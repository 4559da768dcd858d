package io.botfsm.lock;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A wrapper that adds to a store the faults that a test wants. */
final class TroubledStore implements LeaseStore {
    private final LeaseStore store;
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final AtomicInteger subscriptions = new AtomicInteger();
    private volatile @Nullable String failure;
    private volatile @Nullable CompletableFuture<Void> gate;
    private volatile Runnable beforeRenew = () -> {};
    private volatile Runnable beforeRelease = () -> {};
    private volatile boolean noExpiry;
    private volatile boolean forgetful;
    private final AtomicBoolean losesNextReleasesAnswer = new AtomicBoolean();

    TroubledStore(LeaseStore store) {
        this.store = store;
    }

    static LeaseRequest request(String name, Duration ttl) {
        return new LeaseRequest(name, new Claim("another", "host 1 0"), ttl, 0, Fences.KEPT);
    }

    void fail(String why) {
        failure = why;
    }

    void work() {
        failure = null;
    }

    void holdBackAnswers() {
        gate = new CompletableFuture<>();
    }

    void letAnswersGo() {
        CompletableFuture<Void> opened = gate;
        gate = null;
        if (opened != null) {
            opened.complete(null);
        }
    }

    void beforeRenew(Runnable action) {
        beforeRenew = action;
    }

    void beforeRelease(Runnable action) {
        beforeRelease = action;
    }

    void reportNoExpiry() {
        noExpiry = true;
    }

    void rememberNothing() {
        forgetful = true;
    }

    void loseNextReleasesAnswer() {
        losesNextReleasesAnswer.set(true);
    }

    /** What was called, in order. */
    List<String> calls() {
        return calls;
    }

    int subscriptions() {
        return subscriptions.get();
    }

    private <T> CompletionStage<T> call(String name, Supplier<CompletionStage<T>> operation) {
        calls.add(name);
        String why = failure;
        if (why != null) {
            return CompletableFuture.failedFuture(new LeaseStoreException(why, false, null));
        }
        CompletableFuture<Void> held = gate;
        CompletionStage<T> answer = operation.get();
        return held == null ? answer : held.thenCompose(opened -> answer);
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        return call("acquire", () -> store.acquire(request)).thenApply(this::distorted);
    }

    private Acquisition distorted(Acquisition answer) {
        if (answer instanceof Acquisition.Occupied occupied && noExpiry) {
            return new Acquisition.Occupied(occupied.claim(), Optional.empty());
        }
        if (answer instanceof Acquisition.Granted granted && forgetful) {
            return new Acquisition.Granted(granted.fencingToken(), Duration.ZERO);
        }
        return answer;
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        beforeRenew.run();
        return call("renew", () -> store.renew(request));
    }

    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        beforeRelease.run();
        CompletionStage<Boolean> answer = call("release", () -> store.release(name, claim));
        return losesNextReleasesAnswer.compareAndSet(true, false)
                ? CompletableFuture.failedFuture(new LeaseStoreException("lost on purpose", false, null))
                : answer;
    }

    @Override
    public CompletionStage<StoredLease> read(String name) {
        return call("read", () -> store.read(name));
    }

    @Override
    public CompletionStage<Void> force(String name) {
        return call("force", () -> store.force(name));
    }

    @Override
    public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
        return call("subscribe", () -> store.subscribe(name, hint)).thenApply(subscription -> {
            subscriptions.incrementAndGet();
            return () -> {
                subscriptions.decrementAndGet();
                subscription.close();
            };
        });
    }

    @Override
    public void close() {
        store.close();
    }
}
