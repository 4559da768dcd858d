package io.botfsm.conformance.storage;

import io.botfsm.conformance.Conformance;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;

/** A correct queue passes, without gaps. */
class ReferenceQueueTest extends DeadlineQueueConformance
        implements Conformance.AdvancesTime,
                Conformance.CutsOff,
                Conformance.Shares,
                Conformance.Counts,
                Conformance.Spoils,
                Conformance.Forgets {
    final ReferenceBackend backend = new ReferenceBackend();

    ReferenceQueueTest() {
        advance(Duration.ofDays(1_000));
    }

    @Override
    protected StateStorage open(Optional<Duration> ttl, Duration deadline) {
        return backend.open(ttl, deadline);
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

    @Override
    public void forgetDeadline(StorageKey key) {
        backend.queued.remove(key);
    }
}
