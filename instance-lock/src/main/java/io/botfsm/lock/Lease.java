package io.botfsm.lock;

import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import java.util.function.Consumer;

/**
 * One generation of holding a lock. Thread-safe.
 *
 * <p>It is lost for good when it could not be renewed in time, when it was taken away, or when its fencing token was
 * refused; then the lock has to be acquired anew, and that is another generation with a higher token.
 */
public interface Lease extends AutoCloseable {
    /**
     * Whether the lock is held right now, computed from the clock with each call; no I/O. False at the latest when the
     * store may give the lock to another, whatever else goes wrong in this process. Look before each thing that only
     * the active instance may do, and after anything that took time.
     *
     * <p><b>False need not be the end.</b> When the time of day has run ahead of the monotonic clock, since the machine
     * was suspended or its clock was set, only the store knows whether the lease has expired: this method is false
     * until a renewal has confirmed the lease, usually some milliseconds later. Do not act meanwhile, and look again.
     * The end is {@link #onLost}; after that, and after {@link #close}, this method is false for good.
     */
    boolean isHeld();

    /** This generation's token, the same for ever, also when the lease is lost. Later generations have higher ones. */
    long fencingToken();

    /** This instance, as others see it. */
    LockHolder holder();

    /**
     * Calls once when the lease could not be renewed for so long that it will be lost soon: take on no more work,
     * finish what is begun. Called at once if that is so already, and also before {@link #onLost} where there was no
     * time to tell.
     *
     * @param once runs on a thread for callbacks; what it throws is logged
     */
    void onExpiring(Runnable once);

    /**
     * Calls once when the lease is lost; at once if it is lost already. Not when it is closed.
     *
     * @param once runs on a thread for callbacks; what it throws is logged
     */
    void onLost(Consumer<? super LossReason> once);

    /**
     * Says that something refused this lease's token since it has seen a higher one. If that is so although the lease
     * is held, the store has fallen back behind tokens it gave out: the lease is lost, and the next one gets a token
     * above. The store keeps that with the lease, if it still has it, so that the next one may be another process's; a
     * later {@link #close} waits a bounded time for the store.
     *
     * @param highestSeen the token that was seen; one not above this lease's changes nothing. Neither does one that no
     *     lease can have had, not below 2^52 (the year 2112 in microseconds) and more than a year ahead of this
     *     lease's: what refused the write refuses every lease until an operator removes its fence;
     *     {@link LockEvent.ImplausibleToken} says so
     */
    void fenced(long highestSeen);

    /**
     * Gives the lock back, so that another instance can take over at once. {@link #isHeld()} is false before the store
     * is told. Waits a bounded time for the store; if that cannot be reached the lease expires by itself. Idempotent,
     * also after a loss.
     */
    @Override
    void close();
}
