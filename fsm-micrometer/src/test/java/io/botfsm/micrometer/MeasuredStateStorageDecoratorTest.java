package io.botfsm.micrometer;

import io.botfsm.conformance.storage.StateStorageDecoratorConformance;
import io.botfsm.storage.StateStorage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

final class MeasuredStateStorageDecoratorTest extends StateStorageDecoratorConformance {
    @Override
    protected StateStorage decorate(StateStorage storage) {
        return BotMetrics.of(new SimpleMeterRegistry(), "bot").measure(storage);
    }
}
