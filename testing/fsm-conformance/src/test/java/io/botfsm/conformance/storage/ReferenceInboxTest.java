package io.botfsm.conformance.storage;

import io.botfsm.conformance.Conformance;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;

/** A correct inbox passes, without gaps. */
class ReferenceInboxTest extends UpdateInboxConformance
        implements Conformance.AdvancesTime,
                Conformance.CutsOff,
                Conformance.Shares,
                Conformance.Counts,
                Conformance.Spoils {
    final ReferenceBackend backend = new ReferenceBackend();

    ReferenceInboxTest() {
        advance(Duration.ofDays(1_000));
    }

    @Override
    protected StateStorage open(Duration deadline) {
        return backend.open(Optional.empty(), deadline);
    }

    /** What does not show here at once never does. */
    @Override
    public Duration timeout() {
        return Duration.ofMillis(50);
    }

    @Override
    public final void advance(Duration time) {
        backend.advanced.addAndGet(time.toNanos());
    }

    @Override
    public void cutOff() {
        backend.connection = ReferenceBackend.Connection.DOWN;
    }

    @Override
    public void loseAnswers() {
        backend.connection = ReferenceBackend.Connection.LOSES_ANSWERS;
    }

    @Override
    public void restore() {
        backend.restore.run();
    }

    @Override
    public long records() {
        return backend.records.getAsLong();
    }

    @Override
    public void spoil(StorageKey key) {
        backend.spoilt.add(key);
    }
}
