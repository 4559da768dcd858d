package io.botfsm.conformance.isolation;

import io.botfsm.isolation.EventIsolation;

/** The isolation of this library within one process. */
class InProcessIsolationConformanceTest extends EventIsolationConformance {
    @Override
    protected EventIsolation open(Settings settings) {
        return EventIsolation.builder()
                .threads(settings.threads())
                .perConversation(settings.perConversation())
                .inTotal(settings.inTotal())
                .submitTimeout(settings.submitTimeout())
                .build();
    }
}
