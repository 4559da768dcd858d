package io.botfsm.memory;

import io.botfsm.conformance.storage.StateStorageDecoratorConformance;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.TransitionCheckingStateStorage;
import io.botfsm.transition.TransitionRules;

final class TransitionCheckingStateStorageDecoratorTest extends StateStorageDecoratorConformance {
    private static final TransitionRules NONE = TransitionRules.builder().build();

    @Override
    protected StateStorage decorate(StateStorage storage) {
        return new TransitionCheckingStateStorage(storage, NONE);
    }
}
