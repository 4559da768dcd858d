package io.botfsm.memory;

import io.botfsm.conformance.internal.EmptyRecovery;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.storage.StateStorage;

/** A recovery source that has nothing changes nothing. */
final class RecoveringMemoryConformanceTest extends MemoryConformance {
    @Override
    StateStorage decorate(MemoryStateStorage storage) {
        return RecoveringStateStorage.builder(storage, new EmptyRecovery()).build();
    }
}
