package io.botfsm.lock;

import io.botfsm.lock.internal.Scheduler;
import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.StoredLease;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A machine's connection to the server: messages are delayed, reordered, duplicated or lost. */
final class SimulatedStore implements LeaseStore {
    private final Simulation simulation;
    private final SimulatedMachine machine;
    private final SimulatedServer server;
    private final SimulatedNetwork network;
    private final Set<Claim> released = new HashSet<>();
    // Shared: filling in stack traces, which nobody reads, would take a tenth of a simulation's time.
    private final LeaseStoreException noAnswer = new LeaseStoreException("no answer", false, null);
    private final IllegalStateException bug = new IllegalStateException("a store with a bug");

    SimulatedStore(Simulation simulation, SimulatedMachine machine, SimulatedServer server, SimulatedNetwork network) {
        this.simulation = simulation;
        this.machine = machine;
        this.server = server;
        this.network = network;
    }

    private void mayThrow() {
        if (network.throwsInsteadOfFailing()) {
            throw bug;
        }
    }

    private <T> CompletionStage<T> call(Supplier<T> operation) {
        CompletableFuture<T> reply = new CompletableFuture<>();
        var timeout = machine.schedule(network.timeout(), () -> reply.completeExceptionally(noAnswer));
        for (int copies = network.copies(); copies > 0; copies--) {
            simulation.after(network.delay(), () -> arrive(operation, reply, timeout));
        }
        return reply;
    }

    private <T> void arrive(Supplier<T> operation, CompletableFuture<T> reply, Scheduler.Task timeout) {
        if (!server.isUp()) {
            return;
        }
        T result = operation.get();
        if (network.losesReply()) {
            return;
        }
        simulation.after(
                network.delay(),
                () -> machine.whenRunning(() -> {
                    timeout.cancel();
                    reply.complete(result);
                }));
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        mayThrow();
        return call(() -> server.acquire(request));
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        if (released.contains(request.claim())) {
            simulation.found(Violation.RENEWED_AFTER_RELEASE, request.claim().token());
        }
        mayThrow();
        return call(() -> server.renew(request));
    }

    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        released.add(claim);
        mayThrow();
        return call(() -> {
            boolean had = server.release(name, claim);
            if (had) {
                network.publish(name);
            }
            return had;
        });
    }

    @Override
    public CompletionStage<StoredLease> read(String name) {
        return call(() -> server.read(name));
    }

    @Override
    public CompletionStage<Void> force(String name) {
        return call(() -> {
                    server.force(name);
                    network.publish(name);
                    return true;
                })
                .thenAccept(done -> {});
    }

    @Override
    public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
        Runnable listener = () -> machine.whenRunning(hint);
        Subscription subscription = () -> network.unsubscribe(name, listener);
        CompletableFuture<Subscription> subscribed = new CompletableFuture<>();
        simulation.after(
                network.subscriptionDelay(),
                () -> machine.whenRunning(() -> subscribe(name, listener, subscription, subscribed)));
        return subscribed;
    }

    private void subscribe(
            String name, Runnable listener, Subscription subscription, CompletableFuture<Subscription> subscribed) {
        var unused = call(() -> {
                    network.subscribe(name, listener);
                    return subscription;
                })
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        subscribed.complete(done);
                    } else {
                        subscription.close();
                        subscribed.completeExceptionally(failure);
                    }
                });
    }

    @Override
    public void close() {}
}
