package io.botfsm.integration.storage;

import io.botfsm.conformance.internal.OthersRecovery;
import io.botfsm.recovery.RecoveringStateStorage;
import io.botfsm.redis.client.testing.RedisStorageConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.storage.StateStorage;

/** A source that knows other conversations changes nothing. */
final class LettuceRecoveringConformanceProofTest extends RedisStorageConformance {
    LettuceRecoveringConformanceProofTest() {
        super(LettuceRedis::builder, Topology::serverBehindALossyNetwork);
    }

    @Override
    protected StateStorage decorate(StateStorage storage) {
        return RecoveringStateStorage.builder(storage, new OthersRecovery()).build();
    }
}
