package io.botfsm.conformance.storage;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.storage.ReferenceBackend.Connection;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.Optional;

/** The reference under the suite, its time that of this machine. */
abstract class ReferenceConformanceWithoutTime extends StateStorageConformance
        implements Conformance.CutsOff, Conformance.Shares, Conformance.Counts {
    final ReferenceBackend backend = backend();

    ReferenceBackend backend() {
        return new ReferenceBackend() {
            private final long begun = System.nanoTime();

            @Override
            long now() {
                return System.nanoTime() - begun;
            }
        };
    }

    @Override
    protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
        return new ReferenceStorage(backend, ttl, deadline);
    }

    @Override
    public void cutOff() {
        backend.connection = Connection.DOWN;
    }

    @Override
    public void loseAnswers() {
        backend.connection = Connection.LOSES_ANSWERS;
    }

    @Override
    public void restore() {
        backend.connection = Connection.UP;
    }

    @Override
    public long records() {
        return backend.records();
    }
}
