package io.botfsm.memory;

import io.botfsm.conformance.internal.OthersRecovery;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.LoggingStateStorage;
import org.slf4j.event.Level;
import org.slf4j.helpers.NOPLogger;

/** Like {@link RecoveringOthersMemoryConformanceTest}, but with transitions logged above the recovery. */
final class LoggedRecoveringMemoryConformanceTest extends MemoryConformance {
    @Override
    StateStorage decorate(MemoryStateStorage storage) {
        return new LoggingStateStorage(
                RecoveringStateStorage.builder(storage, new OthersRecovery()).build(),
                NOPLogger.NOP_LOGGER,
                Level.INFO);
    }
}
