package io.botfsm.examples.snippets;

import io.botfsm.conformance.Gap;
import io.botfsm.conformance.StateStorageConformance;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;

// snippet: own-storage-test
class OwnStorageTest extends StateStorageConformance {
    private final ExecutorService driver = Executors.newFixedThreadPool(4); // as many as the driver serves at once

    @Override
    protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
        return StateStorage.blocking(new OwnStorage(), driver, deadline);
    }

    @Override
    protected Set<Gap> expectedGaps() {
        return OwnStorage.GAPS; // what it cannot be put to, named
    }

    @AfterAll
    void stop() {
        driver.shutdown();
    }
}
// end
