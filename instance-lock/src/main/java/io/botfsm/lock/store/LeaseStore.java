package io.botfsm.lock.store;

import java.util.concurrent.CompletionStage;

/**
 * Keeps leases. For each name it keeps at most one claim, for a limited time, and a fence, which is the highest fencing
 * token issued under that name. Every operation is atomic. Acquiring, renewing and releasing carry the claim they are
 * about. A store never relies on the clocks of its callers.
 *
 * <p>Thread-safe. Every method returns immediately. Stages complete in bounded time, on any thread, so that dependent
 * actions must not block. They fail with {@link LeaseStoreException} or any other exception; it is then unknown whether
 * the operation was carried out, or still will be. A store carries out an operation at most once, and never retries by
 * itself.
 *
 * <p>Implementations must follow the rules that {@code LeaseStoreConformance} in the module fsm-conformance checks.
 */
public interface LeaseStore extends AutoCloseable {
    /** How long the fence of a name is kept after its last lease. */
    enum Fences {
        /** Forever: for the few lock names of instances. */
        KEPT,
        /** For an hour: for large numbers of names, such as one per conversation. */
        EXPIRING
    }

    /**
     * Acquires the lease if nobody holds it. A new fencing token is above every earlier one of the name that the store
     * knows, not below the store's own time in microseconds, and not below the request's floor. The time makes tokens
     * increase even if the store has forgotten the fence.
     */
    CompletionStage<Acquisition> acquire(LeaseRequest request);

    /**
     * Renews the lease for another time to live from now, only if exactly this claim holds it, and raises the fence to
     * the request's floor if it is below. Never creates a lease.
     */
    CompletionStage<Renewal> renew(LeaseRequest request);

    /**
     * Ends the lease, only if exactly this claim holds it, and notifies {@linkplain #subscribe subscribers}. The fence
     * is kept.
     *
     * @return whether the claim held the lease
     */
    CompletionStage<Boolean> release(String name, Claim claim);

    /** Reads what is stored under a name; changes nothing. */
    CompletionStage<StoredLease> read(String name);

    /**
     * Ends the lease, no matter who holds it, raises the fence, and notifies {@linkplain #subscribe subscribers}. For
     * operators. The fence is kept as long as before; if there was none, it is {@linkplain Fences#EXPIRING expiring}.
     */
    CompletionStage<Void> force(String name);

    /**
     * Subscribes to releases, starting when the stage completes. There may be hints without a release, and a hint may
     * be missing if the connection to the store was interrupted; after a reconnect there is always a hint.
     *
     * @param hint must not block; runs on any thread
     */
    CompletionStage<Subscription> subscribe(String name, Runnable hint);

    /**
     * Closes the store; later calls fail with a {@linkplain LeaseStoreException#isLasting() lasting} failure. Leases
     * remain until they expire. Idempotent.
     */
    @Override
    void close();

    /** A subscription to the releases of one name. Thread-safe. */
    interface Subscription extends AutoCloseable {
        /** Ends the subscription. Returns immediately. Idempotent. */
        @Override
        void close();
    }
}
