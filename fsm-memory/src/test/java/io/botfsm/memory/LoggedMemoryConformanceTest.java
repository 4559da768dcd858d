package io.botfsm.memory;

import io.botfsm.storage.StateStorage;
import io.botfsm.transition.LoggingStateStorage;
import org.slf4j.event.Level;
import org.slf4j.helpers.NOPLogger;

/** A decorated storage keeps every rule that the storage keeps. */
final class LoggedMemoryConformanceTest extends MemoryConformance {
    @Override
    StateStorage decorate(MemoryStateStorage storage) {
        return new LoggingStateStorage(storage, NOPLogger.NOP_LOGGER, Level.INFO);
    }
}
