package io.botfsm.conformance.lease;

import io.botfsm.conformance.Conformance;
import java.time.Duration;

/** The reference under the suite, able to do all that the suite can ask for. */
abstract class ReferenceLeaseConformance extends ReferenceLeaseConformanceWithoutTime
        implements Conformance.AdvancesTime {
    @Override
    ReferenceLeaseBackend backend() {
        return new ReferenceLeaseBackend();
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
        backend.nanos.addAndGet(time.toNanos());
    }
}
