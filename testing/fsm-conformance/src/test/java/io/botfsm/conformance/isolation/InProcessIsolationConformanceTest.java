package io.botfsm.conformance.isolation;

import io.botfsm.isolation.EventIsolation;

/** The isolation of this library within one process. */
class InProcessIsolationConformanceTest extends EventIsolationConformance {
    @Override
    protected EventIsolation open(Settings settings) {
        return settings.builder().build();
    }
}
