package io.botfsm.lock.internal;

import io.botfsm.lock.store.LossReason;
import java.time.Duration;

/** Is notified of what happens to one lease, on the thread that it happens on; must not block. */
@FunctionalInterface
public interface LeaseListener {
    /** The lease must not be used yet, and for how long; repeated every few seconds. */
    default void quarantined(Duration remaining) {}

    /** It may be used from now on. */
    default void activated() {}

    /** A renewal failed, the first since one succeeded. */
    default void degraded(Duration untilLost, Throwable cause) {}

    /**
     * The time of day ran ahead of the monotonic clock; the lease is not held until it is renewed, which is tried at
     * once.
     */
    default void clockJumped(Duration ahead) {}

    /** It was renewed after that many failures, or after the clock had jumped. */
    default void renewedLate(int failures) {}

    /** It could not be renewed for so long that it will be lost soon. Once at most. */
    default void expiring(Duration untilLost) {}

    /** It is lost for good. Once at most, and not after it was released. */
    void lost(LossReason reason);
}
