package io.botfsm.lock.store;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.store.LeaseRecord.Step;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A store that keeps leases in the memory of this process, for tests, and for locks within one process that share one
 * such store.
 *
 * <p>Thread-safe. Every stage is already complete when it is returned. Stages fail only with
 * {@link LeaseStoreException}, when the store is closed or the fencing tokens of a name are used up. Nothing survives
 * the store. Hints are called on the releasing thread, before its call returns, without holding a lock.
 *
 * <p>An expired lease or fence is never visible. Each call removes a few expired entries, so that there are never many
 * more expired than live ones.
 */
public final class MemoryLeaseStore implements LeaseStore {
    private final ConcurrentMap<String, LeaseRecord> records = new ConcurrentHashMap<>();
    private final Sweep<LeaseRecord> sweep = new Sweep<>(records, this::unlessOver);
    private final Hints hints = new Hints();
    private final LeaseClock clock;
    private volatile boolean closed;

    /** Creates an empty store that uses the clocks of this machine. */
    public MemoryLeaseStore() {
        this(LeaseClock.system());
    }

    /**
     * Creates an empty store that uses another clock: leases and fences expire by its nanoseconds, and tokens start
     * from its time of day, in microseconds.
     */
    public MemoryLeaseStore(LeaseClock clock) {
        requireNonNull(clock, "clock");
        this.clock = clock;
    }

    private long micros() {
        return TimeUnit.MILLISECONDS.toMicros(clock.wallMillis());
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        requireNonNull(request, "request");
        return atomically(request.name(), (record, now) -> record.acquire(request, now, micros()));
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        requireNonNull(request, "request");
        return atomically(request.name(), (record, now) -> record.renew(request, now));
    }

    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        requireNonNull(name, "name");
        requireNonNull(claim, "claim");
        return atomically(name, (record, now) -> record.release(claim, now)).thenApply(released -> {
            if (released) {
                hints.hint(name);
            }
            return released;
        });
    }

    @Override
    public CompletionStage<StoredLease> read(String name) {
        requireNonNull(name, "name");
        return atomically(name, (record, now) -> new Step<>(record, record.stored(now)));
    }

    @Override
    public CompletionStage<Void> force(String name) {
        requireNonNull(name, "name");
        return atomically(name, (record, now) -> new Step<>(record.force(name, now, micros()), true))
                .thenAccept(forced -> hints.hint(name));
    }

    @Override
    public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
        requireNonNull(name, "name");
        requireNonNull(hint, "hint");
        return closed
                ? CompletableFuture.failedFuture(closedFailure())
                : CompletableFuture.completedFuture(hints.add(name, hint));
    }

    /** Closes the store and discards every lease and fence. */
    @Override
    public void close() {
        closed = true;
        records.clear();
        hints.clear();
    }

    private interface Operation<T> {
        Step<T> on(LeaseRecord record, long now);
    }

    private <T> CompletionStage<T> atomically(String name, Operation<T> operation) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            records.compute(name, (sameName, kept) -> {
                requireOpen(); // in here, so that nothing is granted out of a memory that closing has cleared
                long now = clock.nanoTime();
                Step<T> step = operation.on(kept == null ? LeaseRecord.NOTHING : kept.at(now), now);
                answer.complete(step.answer());
                return step.next().isNothing() ? null : step.next();
            });
            sweep.step();
        } catch (LeaseStoreException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    private @Nullable LeaseRecord unlessOver(LeaseRecord record) {
        LeaseRecord left = record.at(clock.nanoTime());
        return left.isNothing() ? null : left;
    }

    private void requireOpen() {
        if (closed) {
            throw closedFailure();
        }
    }

    private static LeaseStoreException closedFailure() {
        return new LeaseStoreException("the lease store is closed", true, null);
    }

    /** Returns the number of names with entries, including expired ones that have not been removed yet. */
    int size() {
        return records.size() + hints.names();
    }
}
