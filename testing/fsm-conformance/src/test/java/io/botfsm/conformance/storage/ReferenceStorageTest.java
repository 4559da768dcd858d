package io.botfsm.conformance.storage;

import io.botfsm.conformance.Conformance;
import java.time.Duration;

/** A correct storage passes, without gaps. */
class ReferenceStorageTest extends ReferenceConformance implements Conformance.AdvancesTime {
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
        backend.advanced.addAndGet(time.toNanos());
    }
}
