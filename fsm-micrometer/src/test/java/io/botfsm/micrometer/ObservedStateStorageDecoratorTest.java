package io.botfsm.micrometer;

import io.botfsm.conformance.storage.StateStorageDecoratorConformance;
import io.botfsm.storage.StateStorage;
import io.micrometer.observation.ObservationRegistry;

final class ObservedStateStorageDecoratorTest extends StateStorageDecoratorConformance {
    @Override
    protected StateStorage decorate(StateStorage storage) {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(context -> true);
        return BotObservations.of(registry, "bot").observe(storage);
    }
}
