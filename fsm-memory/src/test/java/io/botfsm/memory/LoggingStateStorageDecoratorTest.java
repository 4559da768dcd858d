package io.botfsm.memory;

import io.botfsm.conformance.storage.StateStorageDecoratorConformance;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.LoggingStateStorage;

/** In this module rather than in that of the tested class, since the suite depends on fsm-core. */
final class LoggingStateStorageDecoratorTest extends StateStorageDecoratorConformance {
    @Override
    protected StateStorage decorate(StateStorage storage) {
        return new LoggingStateStorage(storage);
    }
}
