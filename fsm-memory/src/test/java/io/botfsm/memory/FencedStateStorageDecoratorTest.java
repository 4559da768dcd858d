package io.botfsm.memory;

import io.botfsm.conformance.storage.StateStorageDecoratorConformance;
import io.botfsm.storage.FencedStateStorage;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import java.util.Set;

final class FencedStateStorageDecoratorTest extends StateStorageDecoratorConformance {
    @Override
    protected StateStorage decorate(StateStorage storage) {
        return new FencedStateStorage(storage, 1);
    }

    @Override
    protected Set<Capability> needs() {
        return Set.of(Capability.FENCING);
    }
}
