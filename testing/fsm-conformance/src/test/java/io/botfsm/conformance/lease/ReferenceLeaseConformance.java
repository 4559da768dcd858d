package io.botfsm.conformance.lease;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.lease.ReferenceLeaseBackend.Connection;
import io.botfsm.lock.store.LeaseStore;
import java.time.Duration;

/** The reference under the suite. */
abstract class ReferenceLeaseConformance extends LeaseStoreConformance
        implements Conformance.CutsOff, Conformance.Shares, Conformance.Counts {
    final ReferenceLeaseBackend backend = new ReferenceLeaseBackend();

    @Override
    protected LeaseStore open(Duration deadline) {
        return backend.open(deadline);
    }

    @Override
    public void cutOff() {
        backend.cut.accept(Connection.DOWN);
    }

    @Override
    public void loseAnswers() {
        backend.cut.accept(Connection.LOSES_ANSWERS);
    }

    @Override
    public void restore() {
        backend.restore.run();
    }

    @Override
    public long records() {
        return backend.records.getAsLong();
    }
}
