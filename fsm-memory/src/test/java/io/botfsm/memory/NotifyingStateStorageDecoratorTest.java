package io.botfsm.memory;

import io.botfsm.conformance.storage.StateStorageDecoratorConformance;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.transition.NotifyingStateStorage;
import java.util.List;
import java.util.Set;

final class NotifyingStateStorageDecoratorTest extends StateStorageDecoratorConformance {
    @Override
    protected StateStorage decorate(StateStorage storage) {
        return new NotifyingStateStorage(storage, List.of(transition -> {}));
    }

    @Override
    protected Set<Capability> needs() {
        return Set.of(Capability.VERSION);
    }
}
