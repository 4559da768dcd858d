package io.botfsm.memory;

import io.botfsm.conformance.internal.OthersRecovery;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.LoggingStateStorage;
import org.slf4j.event.Level;
import org.slf4j.helpers.NOPLogger;

/** A source that knows other conversations changes nothing; with transitions logged below. */
final class RecoveringOthersMemoryConformanceTest extends MemoryConformance {
    @Override
    StateStorage decorate(MemoryStateStorage storage) {
        return RecoveringStateStorage.builder(
                        new LoggingStateStorage(storage, NOPLogger.NOP_LOGGER, Level.INFO), new OthersRecovery())
                .build();
    }
}
