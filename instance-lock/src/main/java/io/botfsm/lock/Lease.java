package io.botfsm.lock;

import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import java.util.function.Consumer;

/**
 * One generation of holding a lock. Thread-safe.
 *
 * <p>A lease is lost permanently when it could not be renewed in time, when it was taken away, or when its fencing
 * token was refused. The lock then has to be acquired again, which gives another generation with a higher token.
 */
public interface Lease extends AutoCloseable {
    /**
     * Returns whether the lock is held at this moment. It is computed from the clock with each call, without I/O. It
     * becomes false no later than the moment from which the store may grant the lock to another instance, whatever else
     * goes wrong in this process. Check it before each action that only the active instance may do, and after anything
     * that took time.
     *
     * <p><b>False does not always mean that the lease is lost.</b> If the time of day has run ahead of the monotonic
     * clock, because the machine was suspended or its clock was set, only the store knows whether the lease has
     * expired. This method then returns false until a renewal has confirmed the lease, usually some milliseconds later.
     * Do not act meanwhile, and check again. The lease is lost when {@link #onLost} is called; after that, and after
     * {@link #close}, this method always returns false.
     */
    boolean isHeld();

    /**
     * Returns this generation's token. It is constant, even after the lease is lost. Later generations have higher
     * tokens.
     */
    long fencingToken();

    /** Returns this instance as others see it. */
    LockHolder holder();

    /**
     * Sets a callback that is called once when the lease could not be renewed for so long that it will be lost soon:
     * accept no more work, and finish what has begun. It is called immediately if that is already the case, and also
     * directly before {@link #onLost} if there was no time to call it earlier.
     *
     * @param once runs on a thread for callbacks; its exceptions are logged
     */
    void onExpiring(Runnable once);

    /**
     * Sets a callback that is called once when the lease is lost; immediately if it is already lost. It is not called
     * when the lease is closed.
     *
     * @param once runs on a thread for callbacks; its exceptions are logged
     */
    void onLost(Consumer<? super LossReason> once);

    /**
     * Reports that this lease's token was refused because a higher one had been seen. If that happens although the
     * lease is held, the store has lost tokens that it issued: the lease is then lost, and the next one gets a higher
     * token. If the store still has the lease, it also records the token that was seen, so that leases of other
     * processes get a higher one too; a later {@link #close} waits a bounded time for the store.
     *
     * @param highestSeen the token that was seen. A token that is not above that of this lease has no effect. A token
     *     that no lease can have had has no effect either: one that is 2^52 (the year 2112 in microseconds) or above,
     *     and more than a year ahead of this lease's token. In that case the conversation that refused the write
     *     refuses every lease until an operator removes its fence, and {@link LockEvent.ImplausibleToken} is reported
     */
    void fenced(long highestSeen);

    /**
     * Releases the lock, so that another instance can take over immediately. {@link #isHeld()} is false before the
     * store is notified. Waits a bounded time for the store; if the store cannot be reached, the lease expires by
     * itself. Idempotent, also after a loss.
     */
    @Override
    void close();
}
