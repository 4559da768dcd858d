package io.botfsm.examples.snippets;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.storage.StateStorageConformance;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;

// snippet: own-storage-test
class OwnStorageTest extends StateStorageConformance
        implements Conformance.Shares, Conformance.Counts, Conformance.AdvancesTime {
    private volatile Instant now = Instant.parse("2026-01-31T12:00:00Z");
    private final OwnStorage.Database database = new OwnStorage.Database(() -> now);
    private final ExecutorService driver = Executors.newFixedThreadPool(4); // as many as the driver serves at once

    @Override
    protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
        return StateStorage.blocking(new OwnStorage(database, ttl), driver, deadline);
    }

    @Override
    public void advance(Duration time) {
        now = now.plus(time);
    }

    @Override
    public long records() {
        synchronized (database) {
            database.deleteWhatIsOver(); // in place of the job
            return database.table.size();
        }
    }

    @Override
    protected Set<Gap> expectedGaps() { // what cannot be tested: nothing can cut it off
        return Set.of(new Gap(17, Need.CUTS_OFF));
    }

    @AfterAll
    void stop() {
        driver.shutdown();
    }
}
// end
