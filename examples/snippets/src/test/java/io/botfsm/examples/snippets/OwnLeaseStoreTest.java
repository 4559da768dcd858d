package io.botfsm.examples.snippets;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.lease.LeaseStoreConformance;
import io.botfsm.lock.store.LeaseStore;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;

// snippet: own-lease-store-test
class OwnLeaseStoreTest extends LeaseStoreConformance implements Conformance.Shares, Conformance.Counts {
    private final OwnLeaseStore.Database database = new OwnLeaseStore.Database();
    private final ExecutorService driver = Executors.newFixedThreadPool(4); // as many as the driver serves at once

    @Override
    protected LeaseStore open(Duration deadline) {
        return new OwnLeaseStore(database, driver);
    }

    @Override
    public long records() {
        synchronized (database) {
            return (long) database.table.size() + database.listeners.size();
        }
    }

    @Override
    protected Set<Gap> expectedGaps() { // what cannot be tested: its time passes by itself, and nothing can cut it off
        return Set.of(
                new Gap(2, Need.ADVANCES_TIME),
                new Gap(6, Need.ADVANCES_TIME),
                new Gap(12, Need.ADVANCES_TIME),
                new Gap(13, Need.ADVANCES_TIME),
                new Gap(17, Need.CUTS_OFF),
                new Gap(18, Need.ADVANCES_TIME));
    }

    @AfterAll
    void stop() {
        driver.shutdown();
    }
}
// end
