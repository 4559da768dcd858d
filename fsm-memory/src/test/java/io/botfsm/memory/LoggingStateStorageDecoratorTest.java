package io.botfsm.memory;

import io.botfsm.conformance.storage.StateStorageDecoratorConformance;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.LoggingStateStorage;

/** Here and not with the class that it tests, because the suite needs the core. */
final class LoggingStateStorageDecoratorTest extends StateStorageDecoratorConformance {
    @Override
    protected StateStorage decorate(StateStorage storage) {
        return new LoggingStateStorage(storage);
    }
}
