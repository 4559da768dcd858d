package io.botfsm.conformance.storage;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.storage.ReferenceBackend.Connection;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.Optional;

/** The reference under the suite. */
abstract class ReferenceConformance extends StateStorageConformance
        implements Conformance.CutsOff, Conformance.Shares, Conformance.Counts {
    final ReferenceBackend backend = new ReferenceBackend();

    @Override
    protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
        return backend.open(ttl, deadline);
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
        backend.restore.run();
    }

    @Override
    public long records() {
        return backend.records.getAsLong();
    }
}
