package io.botfsm.lock.store;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/** The connection to a node, which can fail. Closing it leaves the node to others. */
final class NodeLink implements LeaseStore {
    enum Fault {
        NONE,
        /** Nothing arrives, and nothing comes back. */
        SILENT,
        /** Requests are executed, but no response comes back. */
        LOSES_ANSWERS
    }

    private final LeaseStore node;
    private final Executor line;
    private final List<Runnable> hints = new CopyOnWriteArrayList<>();
    private volatile Fault fault = Fault.NONE;
    private volatile boolean closed;

    /** @param line carries requests to the node, in order */
    NodeLink(LeaseStore node, Executor line) {
        this.node = node;
        this.line = line;
    }

    /** The end of a fault is a new connection, and so a hint. */
    void setFault(Fault next) {
        boolean ends = fault != Fault.NONE && next == Fault.NONE;
        fault = next;
        if (ends) {
            hints.forEach(Runnable::run);
        }
    }

    private <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> question) {
        if (closed) {
            return CompletableFuture.failedFuture(new LeaseStoreException("closed", true, null));
        }
        if (fault == Fault.SILENT) {
            return new CompletableFuture<>();
        }
        CompletionStage<T> answer =
                CompletableFuture.supplyAsync(question, line).thenCompose(Function.identity());
        return fault == Fault.LOSES_ANSWERS ? new CompletableFuture<>() : answer;
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        return ask(() -> node.acquire(request));
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        return ask(() -> node.renew(request));
    }

    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        return ask(() -> node.release(name, claim));
    }

    @Override
    public CompletionStage<StoredLease> read(String name) {
        return ask(() -> node.read(name));
    }

    @Override
    public CompletionStage<Void> force(String name) {
        return ask(() -> node.force(name));
    }

    @Override
    public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
        Runnable heard = () -> {
            if (fault == Fault.NONE && !closed) {
                hint.run();
            }
        };
        return ask(() -> node.subscribe(name, heard).thenApply(subscription -> {
            hints.add(heard);
            return () -> {
                hints.remove(heard);
                subscription.close();
            };
        }));
    }

    @Override
    public void close() {
        closed = true;
    }
}
