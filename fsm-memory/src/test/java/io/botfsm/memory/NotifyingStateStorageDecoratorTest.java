package io.botfsm.memory;

import io.botfsm.conformance.StateStorageDecoratorConformance;
import io.botfsm.storage.NotifyingStateStorage;
import io.botfsm.storage.StateStorage;
import java.util.List;

final class NotifyingStateStorageDecoratorTest extends StateStorageDecoratorConformance {
    @Override
    protected StateStorage decorate(StateStorage storage) {
        return new NotifyingStateStorage(storage, List.of(transition -> {}));
    }
}
