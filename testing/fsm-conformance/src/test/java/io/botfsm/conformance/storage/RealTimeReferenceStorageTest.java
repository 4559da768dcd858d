package io.botfsm.conformance.storage;

import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** A correct storage whose time cannot be advanced, and which fails at its deadline rather than at once, passes too. */
final class RealTimeReferenceStorageTest extends ReferenceConformanceWithoutTime {
    @Override
    protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
        return new ReferenceStorage(backend, ttl, deadline) {
            @Override
            <T> CompletionStage<T> away(StorageKey key, boolean mayBeApplied) {
                return CompletableFuture.supplyAsync(
                        () -> {
                            throw new StorageUnavailableException(key, deadline, mayBeApplied, null);
                        },
                        CompletableFuture.delayedExecutor(deadline.toMillis(), TimeUnit.MILLISECONDS));
            }
        };
    }

    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(
                new Gap(10, Need.ADVANCES_TIME), new Gap(13, Need.ADVANCES_TIME), new Gap(18, Need.ADVANCES_TIME));
    }
}
