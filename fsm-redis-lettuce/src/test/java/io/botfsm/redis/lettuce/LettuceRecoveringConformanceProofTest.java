package io.botfsm.redis.lettuce;

import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.redis.client.testing.RedisStorageConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.storage.StateStorage;

/** A source that knows other conversations changes nothing. */
final class LettuceRecoveringConformanceProofTest extends RedisStorageConformance {
    LettuceRecoveringConformanceProofTest() {
        super(new LettuceInTest(), Topology::serverBehindALossyNetwork);
    }

    @Override
    protected StateStorage decorate(StateStorage storage) {
        return RecoveringStateStorage.builder(storage, new OthersRecovery()).build();
    }
}
