package io.botfsm.lock;

import io.botfsm.lock.store.LockHolder;
import io.botfsm.lock.store.LossReason;
import java.time.Duration;
import java.util.Optional;

/**
 * Something that happened to a lock. What each means for operators is in the project's documentation, "Instance lock".
 */
public sealed interface LockEvent {
    /** The lock's name. */
    String name();

    /**
     * The lock is held, and active.
     *
     * @param from whom it was taken over from, if this instance has seen it held by another while it stood by
     */
    record Activated(String name, long fencingToken, Optional<LockHolder> from) implements LockEvent {
        /** Whether this instance stood by while another was active. */
        public boolean isTakeover() {
            return from.isPresent();
        }
    }

    /**
     * The lock was granted, but an earlier holder that the store may have forgotten must expire first. Repeated every
     * few seconds until then.
     */
    record Quarantined(String name, long fencingToken, Duration remaining) implements LockEvent {}

    /** A renewal failed; tried again until the lease is lost. */
    record Degraded(String name, long fencingToken, Duration untilLost, Throwable cause) implements LockEvent {}

    /**
     * The time of day ran ahead of the monotonic clock since the last renewal: the machine was suspended, or its clock
     * was set. {@link Lease#isHeld} is false until a renewal, which is made at once, has confirmed the lease; then
     * {@link RenewedLate} follows, else {@link Lost}. Noticed by calls of {@code isHeld} only.
     *
     * @param ahead by how much
     */
    record ClockJumped(String name, long fencingToken, Duration ahead) implements LockEvent {}

    /**
     * Renewed after failures, or held again after the clock had jumped.
     *
     * @param failures how many there were
     */
    record RenewedLate(String name, long fencingToken, int failures) implements LockEvent {}

    /** Not renewed for so long that work should stop. */
    record Expiring(String name, long fencingToken, Duration untilLost) implements LockEvent {}

    /**
     * A write was refused because of a fencing token that no lease can have had. It changes nothing here: the lease
     * goes on, and the conversation of that write refuses every instance until an operator removes its fence.
     *
     * @param seen the token, which is not below the year 2112 and more than a year ahead of the lease's own
     */
    record ImplausibleToken(String name, long fencingToken, long seen) implements LockEvent {}

    /** The lease is lost. */
    record Lost(String name, long fencingToken, LossReason reason) implements LockEvent {}

    /**
     * The lock was given back.
     *
     * @param confirmed whether the store said that the lease is over; otherwise it expires by itself
     */
    record Released(String name, long fencingToken, boolean confirmed) implements LockEvent {}

    /** Somebody holds the lock without an expiry, which this library never does: an operator has to free it. */
    record HeldForever(String name, LockHolder holder) implements LockEvent {}
}
