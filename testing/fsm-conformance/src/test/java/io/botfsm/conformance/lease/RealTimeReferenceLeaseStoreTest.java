package io.botfsm.conformance.lease;

import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A correct lease store whose time cannot be advanced, and which fails at its deadline rather than at once, passes too.
 */
final class RealTimeReferenceLeaseStoreTest extends ReferenceLeaseConformance {
    RealTimeReferenceLeaseStoreTest() {
        backend.inRealTime();
        backend.opened = store -> store.unavailable = () -> CompletableFuture.runAsync(
                () -> {
                    throw new IllegalStateException("the driver's own failure");
                },
                CompletableFuture.delayedExecutor(store.deadline.toMillis(), TimeUnit.MILLISECONDS));
    }

    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(
                new Gap(2, Need.ADVANCES_TIME),
                new Gap(6, Need.ADVANCES_TIME),
                new Gap(12, Need.ADVANCES_TIME),
                new Gap(13, Need.ADVANCES_TIME),
                new Gap(18, Need.ADVANCES_TIME));
    }
}
