package io.botfsm.lock.internal;

import io.botfsm.lock.store.LossReason;
import java.time.Duration;

/** Receives the events of one lease, on the thread on which they happen. Must not block. */
@FunctionalInterface
public interface LeaseListener {
    /** The lease must not be used for the remaining time; repeated every few seconds. */
    default void quarantined(Duration remaining) {}

    /** The lease may be used from now on. */
    default void activated() {}

    /** A renewal failed for the first time since one succeeded. */
    default void degraded(Duration untilLost, Throwable cause) {}

    /**
     * The time of day ran ahead of the monotonic clock; the lease is not held until it is renewed, which is tried at
     * once.
     */
    default void clockJumped(Duration ahead) {}

    /** The lease was renewed after the given number of failures, or after the clock had jumped. */
    default void renewedLate(int failures) {}

    /** The lease could not be renewed for so long that it will be lost soon. Called at most once. */
    default void expiring(Duration untilLost) {}

    /** The lease is permanently lost. Called at most once, and not after a release. */
    void lost(LossReason reason);
}
