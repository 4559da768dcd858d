package io.botfsm.lock;

import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import java.time.Duration;
import java.util.Optional;

/**
 * An event of a lock. The meaning of each event for operators is described in the project's documentation, "Instance
 * lock".
 */
public sealed interface LockEvent {
    /** The lock's name. */
    String name();

    /**
     * The lock was acquired, and this instance is active.
     *
     * @param from the former holder, if this instance has seen the lock held by another one while it stood by
     */
    record Activated(String name, long fencingToken, Optional<LockHolder> from) implements LockEvent {
        /** Returns whether this instance stood by while another was active. */
        public boolean isTakeover() {
            return from.isPresent();
        }
    }

    /**
     * The lock was granted, but the lease of an earlier holder, which the store may have forgotten, must expire first.
     * The event is repeated every few seconds until then.
     */
    record Quarantined(String name, long fencingToken, Duration remaining) implements LockEvent {}

    /** A renewal failed. It is retried until the lease is lost. */
    record Degraded(String name, long fencingToken, Duration untilLost, Throwable cause) implements LockEvent {}

    /**
     * The time of day ran ahead of the monotonic clock since the last renewal: the machine was suspended, or its clock
     * was set. {@link Lease#isHeld} is false until a renewal, which is made at once, has confirmed the lease.
     * {@link RenewedLate} follows if it is confirmed, otherwise {@link Lost}. The jump is only noticed by calls of
     * {@code isHeld}.
     *
     * @param ahead by how much the time of day ran ahead
     */
    record ClockJumped(String name, long fencingToken, Duration ahead) implements LockEvent {}

    /**
     * The lease was renewed after failures, or is held again after the clock had jumped.
     *
     * @param failures the number of failed attempts
     */
    record RenewedLate(String name, long fencingToken, int failures) implements LockEvent {}

    /** The lease has not been renewed for so long that work should stop. */
    record Expiring(String name, long fencingToken, Duration untilLost) implements LockEvent {}

    /**
     * A write was refused because of a fencing token that no lease can have had. This does not affect the lease, but
     * the conversation of that write refuses every instance until an operator removes its fence.
     *
     * @param seen the token; read as a time, it is in the year 2112 or later, and more than a year ahead of the lease's
     *     own token
     */
    record ImplausibleToken(String name, long fencingToken, long seen) implements LockEvent {}

    /** The lease is lost. */
    record Lost(String name, long fencingToken, LossReason reason) implements LockEvent {}

    /**
     * The lock was released.
     *
     * @param confirmed whether the store has confirmed the release; otherwise the lease expires by itself
     */
    record Released(String name, long fencingToken, boolean confirmed) implements LockEvent {}

    /** Something holds the lock without an expiry, which this library never does: an operator has to release it. */
    record HeldForever(String name, LockHolder holder) implements LockEvent {}
}
