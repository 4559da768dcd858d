package io.botfsm.examples.snippets;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.storage.StateStorageConformance;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;

// snippet: own-storage-test
class OwnStorageTest extends StateStorageConformance implements Conformance.Shares, Conformance.Counts {
    private final Map<StorageKey, StoredConversation> table = new HashMap<>();
    private final ExecutorService driver = Executors.newFixedThreadPool(4); // as many as the driver serves at once

    @Override
    protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
        return StateStorage.blocking(new OwnStorage(table), driver, deadline);
    }

    @Override
    public long records() {
        synchronized (table) {
            return table.size();
        }
    }

    @Override
    protected Set<Gap> expectedGaps() { // what it cannot be put to: it has no time to live, and cannot be cut off
        return Set.of(
                new Gap(1, Need.TTL),
                new Gap(6, Need.TTL),
                new Gap(7, Need.TTL),
                new Gap(10, Need.TTL),
                new Gap(10, Need.ADVANCES_TIME),
                new Gap(13, Need.TTL),
                new Gap(13, Need.ADVANCES_TIME),
                new Gap(17, Need.CUTS_OFF),
                new Gap(18, Need.TTL),
                new Gap(18, Need.ADVANCES_TIME),
                new Gap(23, Need.TTL),
                new Gap(23, Need.ADVANCES_TIME));
    }

    @AfterAll
    void stop() {
        driver.shutdown();
    }
}
// end
