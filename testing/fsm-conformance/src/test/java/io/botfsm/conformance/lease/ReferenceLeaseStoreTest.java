package io.botfsm.conformance.lease;

import io.botfsm.conformance.Conformance;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A correct lease store passes, without gaps. */
class ReferenceLeaseStoreTest extends ReferenceLeaseConformance implements Conformance.AdvancesTime {
    private final AtomicLong nanos;

    ReferenceLeaseStoreTest() {
        this(new AtomicLong());
    }

    private ReferenceLeaseStoreTest(AtomicLong nanos) {
        super(new ReferenceLeaseBackend(nanos::get));
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
