package io.botfsm.isolation;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseClock;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStore.Fences;
import io.botfsm.lock.store.LeaseStore.Subscription;
import io.botfsm.lock.store.Renewal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A store as it is asked for leases of conversations; what it throws is a failed stage like any other. Thread-safe. */
record Leases(LeaseStore store, LeaseTimes times, LeaseClock clock, IsolationThreads own) {
    /** The request of a claim for a conversation. */
    LeaseRequest request(String name, Claim claim, long floor) {
        return new LeaseRequest(name, claim, times.ttl(), floor, Fences.EXPIRING);
    }

    CompletionStage<Acquisition> acquire(LeaseRequest request) {
        return asked(() -> store.acquire(request));
    }

    CompletionStage<Renewal> renew(LeaseRequest request) {
        return asked(() -> store.renew(request));
    }

    CompletionStage<Boolean> release(String name, Claim claim) {
        return asked(() -> store.release(name, claim));
    }

    CompletionStage<Subscription> subscribe(String name, Runnable hint) {
        return asked(() -> store.subscribe(name, hint));
    }

    private static <T> CompletionStage<T> asked(Supplier<CompletionStage<T>> question) {
        try {
            return question.get();
        } catch (Throwable e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    long now() {
        return clock.nanoTime();
    }

    IsolationThreads.Timer later(Duration delay, Runnable task) {
        return own.later(delay, task);
    }

    /** Runs something at a moment of the clock. */
    IsolationThreads.Timer at(long moment, Runnable task) {
        return own.later(Duration.of(moment - now(), TimeUnit.NANOSECONDS.toChronoUnit()), task);
    }
}
