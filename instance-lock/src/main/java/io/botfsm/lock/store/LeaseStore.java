package io.botfsm.lock.store;

import java.util.concurrent.CompletionStage;

/**
 * Keeps leases: at most one claim under a name, for a time, and a fence, the highest fencing token given out under that
 * name. Every operation is atomic and carries the claim it is about; a store never decides by clocks of its callers.
 *
 * <p>Thread-safe. Every method returns at once. Stages complete on any thread, where dependents must not block, and in
 * bounded time; they fail with {@link LeaseStoreException}, or with anything else, after which it is unknown whether
 * the operation was, will be or never is carried out. A store carries an operation out once at most, and sends nothing
 * again by itself.
 *
 * <p>Implementations are held to the rules of {@code LeaseStoreConformance} in the module fsm-conformance.
 */
public interface LeaseStore extends AutoCloseable {
    /** How long the fence of a name is kept after its last lease. */
    enum Fences {
        /** For ever: for the few names of instances. */
        KEPT,
        /** For an hour: for names that are many, such as one per conversation. */
        EXPIRING
    }

    /**
     * Takes the lease if nobody has it. A new fencing token is above every earlier one of the name that the store knows
     * of, not below the store's own time in microseconds, and not below the request's floor; the time makes tokens rise
     * even where the store has forgotten the fence.
     */
    CompletionStage<Acquisition> acquire(LeaseRequest request);

    /**
     * Lets the lease last another time to live from now, only if this very claim has it, and raises the fence to the
     * request's floor if it is below. Never creates a lease.
     */
    CompletionStage<Renewal> renew(LeaseRequest request);

    /**
     * Ends the lease, only if this very claim has it, and tells {@linkplain #subscribe subscribers}. The fence stays.
     *
     * @return whether it had it
     */
    CompletionStage<Boolean> release(String name, Claim claim);

    /** What is there; changes nothing. */
    CompletionStage<StoredLease> read(String name);

    /**
     * Ends the lease, no matter who has it, raises the fence, and notifies {@linkplain #subscribe subscribers}. For
     * operators. The fence is kept as it was to be; where there was none, it is {@linkplain Fences#EXPIRING expiring}.
     */
    CompletionStage<Void> force(String name);

    /**
     * Tells of releases from the moment the stage completes. A hint may come for nothing, and one may be missing where
     * the connection to the store is not as it was; after a new connection a hint comes in any case.
     *
     * @param hint must not block; runs on any thread
     */
    CompletionStage<Subscription> subscribe(String name, Runnable hint);

    /**
     * Ends the store; later calls fail with a {@linkplain LeaseStoreException#isLasting() lasting} failure. Leases stay
     * until they expire. Idempotent.
     */
    @Override
    void close();

    /** An interest in the releases of one name. Thread-safe. */
    interface Subscription extends AutoCloseable {
        /** Ends it; returns at once. Idempotent. */
        @Override
        void close();
    }
}
