package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.RedisStorageConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.storage.StateStorage;
import io.botfsm.transition.LoggingStateStorage;

/** With every transition logged; cut off means that the server stands still, and later executes what has reached it. */
final class LettuceLoggingConformanceProofTest extends RedisStorageConformance {
    LettuceLoggingConformanceProofTest() {
        super(new LettuceInTest(), Topology::serverThatStandsStill);
    }

    @Override
    protected StateStorage decorate(StateStorage storage) {
        return new LoggingStateStorage(storage);
    }
}
