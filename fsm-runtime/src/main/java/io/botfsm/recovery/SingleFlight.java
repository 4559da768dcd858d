package io.botfsm.recovery;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs at most one piece of work at a time per key; concurrent callers get the same result. Thread-safe. */
final class SingleFlight<K, T extends @Nullable Object> {
    private final ConcurrentMap<K, CompletableFuture<T>> flights = new ConcurrentHashMap<>();

    /** Joins the work in progress, or starts it. The work must complete, with a result or a failure. */
    CompletableFuture<T> join(K key, Supplier<CompletableFuture<T>> work) {
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<T> underWay = flights.putIfAbsent(key, mine);
        if (underWay != null) {
            return underWay;
        }
        CompletableFuture<T> unused = Futures.started(work).whenComplete((value, failure) -> {
            flights.remove(key, mine);
            Futures.complete(mine, value, failure);
        });
        return mine;
    }

    /** Fails all waiting callers; the work itself continues. */
    void fail(Throwable failure) {
        flights.values().forEach(flight -> flight.completeExceptionally(failure));
    }

    int size() {
        return flights.size();
    }
}
