package io.botfsm.memory;

import io.botfsm.conformance.internal.EmptyRecovery;
import io.botfsm.conformance.storage.StateStorageDecoratorConformance;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import java.util.Set;

final class RecoveringStateStorageDecoratorTest extends StateStorageDecoratorConformance {
    @Override
    protected StateStorage decorate(StateStorage storage) {
        return RecoveringStateStorage.builder(storage, new EmptyRecovery()).build();
    }

    @Override
    protected Set<Capability> needs() {
        return Set.of(Capability.VERSION);
    }
}
