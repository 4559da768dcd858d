package io.botfsm.conformance.lease;

import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.lock.store.LeaseStore;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** A correct lease store whose time cannot be advanced, and which fails at its deadline rather than at once, passes too. */
final class RealTimeReferenceLeaseStoreTest extends ReferenceLeaseConformanceWithoutTime {
    @Override
    protected LeaseStore open(Duration deadline) {
        return new ReferenceLeaseStore(backend) {
            @Override
            <T> CompletionStage<T> away() {
                return CompletableFuture.supplyAsync(
                        () -> {
                            throw new IllegalStateException("the driver's own failure");
                        },
                        CompletableFuture.delayedExecutor(deadline.toMillis(), TimeUnit.MILLISECONDS));
            }
        };
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
