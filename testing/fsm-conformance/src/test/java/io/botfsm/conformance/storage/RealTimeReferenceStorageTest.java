package io.botfsm.conformance.storage;

import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A correct storage whose time cannot be advanced, and which fails at its deadline rather than at once, passes too. */
final class RealTimeReferenceStorageTest extends ReferenceConformance {
    RealTimeReferenceStorageTest() {
        long begun = System.nanoTime();
        backend.now = () -> System.nanoTime() - begun;
        backend.opened = storage -> storage.unavailable = (key, mayBeApplied) -> CompletableFuture.runAsync(
                        () -> {}, CompletableFuture.delayedExecutor(storage.deadline.toMillis(), TimeUnit.MILLISECONDS))
                .thenCompose(late -> storage.honestUnavailable(key, mayBeApplied));
    }

    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(
                new Gap(10, Need.ADVANCES_TIME),
                new Gap(13, Need.ADVANCES_TIME),
                new Gap(18, Need.ADVANCES_TIME),
                new Gap(23, Need.ADVANCES_TIME));
    }
}
