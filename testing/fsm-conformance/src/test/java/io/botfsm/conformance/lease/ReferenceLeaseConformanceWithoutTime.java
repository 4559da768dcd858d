package io.botfsm.conformance.lease;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.lease.ReferenceLeaseBackend.Connection;
import io.botfsm.lock.store.LeaseStore;
import java.time.Duration;

/** The reference under the suite, its time that of this machine. */
abstract class ReferenceLeaseConformanceWithoutTime extends LeaseStoreConformance
        implements Conformance.CutsOff, Conformance.Shares, Conformance.Counts {
    final ReferenceLeaseBackend backend = backend();

    ReferenceLeaseBackend backend() {
        return new ReferenceLeaseBackend() {
            private final long begun = System.nanoTime();

            @Override
            long now() {
                return System.nanoTime() - begun;
            }
        };
    }

    @Override
    protected LeaseStore open(Duration deadline) {
        return new ReferenceLeaseStore(backend);
    }

    @Override
    public void cutOff() {
        backend.cut(Connection.DOWN);
    }

    @Override
    public void loseAnswers() {
        backend.cut(Connection.LOSES_ANSWERS);
    }

    @Override
    public void restore() {
        backend.restore();
    }

    @Override
    public long records() {
        return backend.records();
    }
}
