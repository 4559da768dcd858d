package io.botfsm.conformance.isolation;

import io.botfsm.conformance.lease.ReferenceLeaseBackend;
import io.botfsm.conformance.lease.ReferenceLeaseBackend.Connection;
import io.botfsm.conformance.lease.ReferenceLeaseStore;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.storage.StorageKey;
import java.util.List;

/** The isolation of this library over leases, each of its processes with a store of its own. */
class LeasedIsolationConformanceTest extends SharedEventIsolationConformance {
    final ReferenceLeaseBackend leases = new ReferenceLeaseBackend().inRealTime();

    @Override
    protected EventIsolation open(Settings settings) {
        return settings.builder(leases.open(LONG)).build();
    }

    @Override
    protected void takeAway(StorageKey key) {
        ReferenceLeaseStore operator = leases.open(LONG);
        List.copyOf(leases.leases.keySet()).forEach(name -> operator.force((String) name));
    }

    @Override
    protected void cutOff() {
        leases.cut.accept(Connection.DOWN);
    }

    @Override
    protected void restore() {
        leases.restore.run();
    }
}
