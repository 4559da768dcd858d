package io.botfsm.conformance.lease;

import io.botfsm.conformance.lease.ReferenceLeaseBackend.Connection;
import io.botfsm.conformance.lease.ReferenceLeaseBackend.Subscriber;
import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** A store on the {@link ReferenceLeaseBackend} that keeps every rule, of steps that a fault can replace. */
public final class ReferenceLeaseStore implements LeaseStore {
    final ReferenceLeaseBackend backend;
    final Duration deadline;
    private final List<Subscriber> mine = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    public Function<LeaseRequest, CompletionStage<Acquisition>> acquire = this::honestAcquire;
    public Function<LeaseRequest, CompletionStage<Renewal>> renew = this::honestRenew;
    public BiFunction<String, Claim, CompletionStage<Boolean>> release = this::honestRelease;
    Function<String, CompletionStage<StoredLease>> read = this::honestRead;
    Function<String, CompletionStage<Void>> force = this::honestForce;
    public BiFunction<String, Runnable, CompletionStage<Subscription>> subscribe = this::honestSubscribe;
    Runnable close = this::honestClose;

    BiFunction<String, Runnable, Subscriber> listen = this::honestListen;
    Consumer<Subscriber> stop = this::honestStop;
    Consumer<String> hint = this::honestHint;
    BooleanSupplier reaches = this::honestReaches;

    /** The failure of calls while the backend is unavailable. */
    Supplier<CompletionStage<?>> unavailable = this::honestUnavailable;

    /** The failure of calls when this is closed. */
    Supplier<CompletionStage<?>> refused = () -> failure("the store is closed", true);

    ReferenceLeaseStore(ReferenceLeaseBackend backend, Duration deadline) {
        this.backend = backend;
        this.deadline = deadline;
    }

    /** Asks the backend, if it can be reached. */
    <T> CompletionStage<T> ask(Supplier<T> call) {
        if (closed) {
            return failed(refused.get());
        }
        if (!reaches.getAsBoolean()) {
            return failed(unavailable.get());
        }
        try {
            T answer = call.get();
            return backend.connection == Connection.LOSES_ANSWERS
                    ? failed(unavailable.get())
                    : CompletableFuture.completedFuture(answer);
        } catch (LeaseStoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static <T> CompletionStage<T> failed(CompletionStage<?> failure) {
        return failure.thenApply(never -> {
            throw new AssertionError(never);
        });
    }

    static CompletionStage<?> failure(String message, boolean lasting) {
        return CompletableFuture.failedStage(new LeaseStoreException(message, lasting, null));
    }

    CompletionStage<?> honestUnavailable() {
        return failure("the backend is unavailable", false);
    }

    private boolean honestReaches() {
        return backend.connection != Connection.DOWN;
    }

    boolean isUp() {
        return backend.connection == Connection.UP;
    }

    boolean isClosed() {
        return closed;
    }

    boolean isOpenButUnavailable() {
        return !closed && !isUp();
    }

    public CompletionStage<Acquisition> honestAcquire(LeaseRequest request) {
        return ask(() -> backend.acquire(request));
    }

    CompletionStage<Renewal> honestRenew(LeaseRequest request) {
        return ask(() -> backend.renew(request));
    }

    public CompletionStage<Boolean> honestRelease(String name, Claim claim) {
        return ask(() -> {
            boolean released = backend.release(name, claim);
            if (released) {
                hint.accept(name);
            }
            return released;
        });
    }

    CompletionStage<StoredLease> honestRead(String name) {
        return ask(() -> backend.read(name));
    }

    CompletionStage<Void> honestForce(String name) {
        return ask(() -> {
            backend.force(name);
            hint.accept(name);
            return null;
        });
    }

    /** Messages are lost with the answers. */
    void honestHint(String name) {
        if (isUp()) {
            backend.hint(name);
        }
    }

    CompletionStage<Subscription> honestSubscribe(String name, Runnable onHint) {
        return ask(() -> {
            Subscriber subscriber = listen.apply(name, onHint);
            mine.add(subscriber);
            return () -> stop.accept(subscriber);
        });
    }

    Subscriber honestListen(String name, Runnable onHint) {
        Subscriber subscriber =
                new Subscriber(backend.address.apply(name), () -> onHint.run()); // distinct even for an equal hint
        backend.subscribers.add(subscriber);
        return subscriber;
    }

    private void honestStop(Subscriber subscriber) {
        backend.subscribers.remove(subscriber);
        mine.remove(subscriber);
    }

    void honestClose() {
        closed = true;
        mine.forEach(stop);
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        return acquire.apply(request);
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        return renew.apply(request);
    }

    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        return release.apply(name, claim);
    }

    @Override
    public CompletionStage<StoredLease> read(String name) {
        return read.apply(name);
    }

    @Override
    public CompletionStage<Void> force(String name) {
        return force.apply(name);
    }

    @Override
    public CompletionStage<Subscription> subscribe(String name, Runnable onHint) {
        return subscribe.apply(name, onHint);
    }

    @Override
    public void close() {
        close.run();
    }
}
