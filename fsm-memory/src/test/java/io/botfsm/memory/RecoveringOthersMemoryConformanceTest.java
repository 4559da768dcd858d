package io.botfsm.memory;

import io.botfsm.conformance.internal.OthersRecovery;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.LoggingStateStorage;
import org.slf4j.event.Level;
import org.slf4j.helpers.NOPLogger;

/** A recovery source that has only other conversations changes nothing. Transitions are logged below the recovery. */
final class RecoveringOthersMemoryConformanceTest extends MemoryConformance {
    @Override
    StateStorage decorate(MemoryStateStorage storage) {
        return RecoveringStateStorage.builder(
                        new LoggingStateStorage(storage, NOPLogger.NOP_LOGGER, Level.INFO), new OthersRecovery())
                .build();
    }
}
