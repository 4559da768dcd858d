package io.botfsm.conformance.storage;

import io.botfsm.conformance.Conformance;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A correct storage passes, without gaps. */
class ReferenceStorageTest extends ReferenceConformance implements Conformance.AdvancesTime {
    private final AtomicLong nanos;

    ReferenceStorageTest() {
        this(new AtomicLong());
    }

    private ReferenceStorageTest(AtomicLong nanos) {
        super(new ReferenceBackend(nanos::get));
        this.nanos = nanos;
    }

    /** What does not show here at once never does. */
    @Override
    public Duration timeout() {
        return Duration.ofMillis(50);
    }

    @Override
    public Duration margin() {
        return Duration.ofMillis(100);
    }

    @Override
    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
