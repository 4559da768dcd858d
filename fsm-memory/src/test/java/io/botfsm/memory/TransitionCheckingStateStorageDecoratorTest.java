package io.botfsm.memory;

import io.botfsm.TransitionRules;
import io.botfsm.conformance.StateStorageDecoratorConformance;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.TransitionCheckingStateStorage;

final class TransitionCheckingStateStorageDecoratorTest extends StateStorageDecoratorConformance {
    private static final TransitionRules NONE = TransitionRules.builder().build();

    @Override
    protected StateStorage decorate(StateStorage storage) {
        return new TransitionCheckingStateStorage(storage, NONE);
    }
}
