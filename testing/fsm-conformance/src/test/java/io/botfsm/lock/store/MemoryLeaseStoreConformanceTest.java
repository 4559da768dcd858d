package io.botfsm.lock.store;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.lease.LeaseStoreConformance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The memory store under the suite, with clocks that the suite advances. Not in the module of the store, since the
 * suite depends on that.
 */
final class MemoryLeaseStoreConformanceTest extends LeaseStoreConformance
        implements Conformance.AdvancesTime, Conformance.Counts {
    private static final long ORIGIN = Long.MAX_VALUE - Duration.ofDays(1).toNanos();

    private final ManualClock clock = new ManualClock(ORIGIN, System.currentTimeMillis());
    private final List<MemoryLeaseStore> opened = new ArrayList<>();

    @Override
    protected LeaseStore open(Duration deadline) {
        MemoryLeaseStore store = new MemoryLeaseStore(clock);
        opened.add(store);
        return store;
    }

    @Override
    public void advance(Duration time) {
        clock.advance(time);
    }

    /** Any call removes leases that are over, so this reads first. */
    @Override
    public long records() {
        for (MemoryLeaseStore store : opened) {
            for (int i = store.size(); i > 0; i--) {
                store.read("whatever");
            }
        }
        return opened.stream().mapToLong(MemoryLeaseStore::size).sum();
    }

    /** One process, one memory: nothing to share, nothing to be cut off from. */
    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(
                new Gap(7, Need.SHARES),
                new Gap(14, Need.SHARES),
                new Gap(16, Need.SHARES),
                new Gap(17, Need.CUTS_OFF));
    }
}
