package io.botfsm.lock.store;

import io.botfsm.lock.store.Acquisition.Granted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A node that can be unavailable, answer late, forget everything, and report a limited memory. */
final class QuorumNode implements LeaseStore {
    private final AtomicInteger subscriptions = new AtomicInteger();
    private volatile LeaseStore memory = new MemoryLeaseStore();
    private volatile boolean away;
    private volatile Duration remembers = Granted.EVERYTHING;
    private final List<Runnable> heldBack = new ArrayList<>();
    private volatile boolean holdsBack;
    private volatile boolean holdsBackAcquires;
    private volatile boolean holdsBackReleases;
    private volatile boolean failsToClose;

    void goAway() {
        away = true;
    }

    void comeBack() {
        away = false;
    }

    void restartEmpty() {
        memory = new MemoryLeaseStore();
    }

    void remember(Duration back) {
        remembers = back;
    }

    void holdBack() {
        holdsBack = true;
    }

    void holdBackAcquires() {
        holdsBackAcquires = true;
    }

    void holdBackReleases() {
        holdsBackReleases = true;
    }

    void failToClose() {
        failsToClose = true;
    }

    void letGo() {
        holdsBack = false;
        holdsBackAcquires = false;
        holdsBackReleases = false;
        List.copyOf(heldBack).forEach(Runnable::run); // in order, as a connection does
    }

    /** As if later requests overtook earlier ones on other connections. */
    void letGoInReverse() {
        holdsBack = false;
        Collections.reverse(heldBack);
        List.copyOf(heldBack).forEach(Runnable::run);
    }

    LeaseStore behind() {
        return memory;
    }

    int subscriptions() {
        return subscriptions.get();
    }

    private <T> CompletionStage<T> reached(Supplier<CompletionStage<T>> operation) {
        return reached(operation, holdsBack);
    }

    private <T> CompletionStage<T> reached(Supplier<CompletionStage<T>> operation, boolean late) {
        if (away) {
            return CompletableFuture.failedFuture(new LeaseStoreException("away", false, null));
        }
        if (!late) {
            return operation.get();
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        heldBack.add(() -> operation.get().thenAccept(answer::complete));
        return answer;
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        return reached(() -> memory.acquire(request), holdsBack || holdsBackAcquires)
                .thenApply(answer ->
                        answer instanceof Granted granted ? new Granted(granted.fencingToken(), remembers) : answer);
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        return reached(() -> memory.renew(request));
    }

    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        return reached(() -> memory.release(name, claim), holdsBack || holdsBackReleases);
    }

    @Override
    public CompletionStage<StoredLease> read(String name) {
        return reached(() -> memory.read(name));
    }

    @Override
    public CompletionStage<Void> force(String name) {
        return reached(() -> memory.force(name));
    }

    @Override
    public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
        return reached(() -> memory.subscribe(name, hint)).thenApply(subscription -> {
            subscriptions.incrementAndGet();
            return () -> {
                subscriptions.decrementAndGet();
                subscription.close();
            };
        });
    }

    @Override
    public void close() {
        if (failsToClose) {
            throw new IllegalStateException("cannot close");
        }
        memory.close();
    }
}
