package io.botfsm.redis.lettuce;

import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.LoggingStateStorage;
import io.botfsm.storage.StateStorage;

/** With every transition logged; cut off means that the server stands still, and later executes what has reached it. */
final class LettuceLoggingConformanceProofTest extends LettuceConformance {
    private RedisServerProcess process;

    @Override
    RedisServerProcess startServer() {
        process = RedisServerProcess.start();
        return process;
    }

    @Override
    StateStorage decorate(StateStorage storage) {
        return new LoggingStateStorage(storage);
    }

    @Override
    public void cutOff() {
        process.suspend();
    }

    @Override
    public void restore() {
        super.restore();
        process.resume();
    }
}
