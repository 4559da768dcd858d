package io.botfsm.redis.lettuce;

import io.botfsm.storage.LoggingStateStorage;
import io.botfsm.storage.StateStorage;

/** With every transition logged; cut off means that the server stands still, and later executes what has reached it. */
final class LettuceLoggingConformanceTest extends LettuceConformance {
    @Override
    StateStorage decorate(StateStorage storage) {
        return new LoggingStateStorage(storage);
    }

    @Override
    public void cutOff() {
        server.suspend();
    }

    @Override
    public void restore() {
        super.restore();
        server.resume();
    }
}
