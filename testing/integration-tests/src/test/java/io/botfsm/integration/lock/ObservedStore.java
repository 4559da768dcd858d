package io.botfsm.integration.lock;

import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.Renewal;
import io.botfsm.redis.testkit.ForwardingLeaseStore;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Forwards to another store, and records when the last confirmed request began. Thread-safe. */
final class ObservedStore extends ForwardingLeaseStore {
    private final AtomicLong lastConfirmed = new AtomicLong(System.nanoTime());
    private final AtomicInteger renewals = new AtomicInteger();

    ObservedStore(LeaseStore store) {
        super(store);
    }

    /** When the last confirmed grant or renewal was requested, in nanoseconds. */
    long lastConfirmed() {
        return lastConfirmed.get();
    }

    /** How many renewals were confirmed. */
    int renewals() {
        return renewals.get();
    }

    private void confirmed(long begun) {
        lastConfirmed.accumulateAndGet(begun, (a, b) -> a - b > 0 ? a : b);
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        long begun = System.nanoTime();
        return super.acquire(request).thenApply(answer -> {
            if (answer instanceof Acquisition.Granted) {
                confirmed(begun);
            }
            return answer;
        });
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        long begun = System.nanoTime();
        return super.renew(request).thenApply(answer -> {
            if (answer instanceof Renewal.Renewed) {
                confirmed(begun);
                renewals.incrementAndGet();
            }
            return answer;
        });
    }
}
