package io.botfsm.redis.lettuce.topology;

import io.botfsm.redis.client.testing.RedisStorageConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceInTest;

/** Conversations over a master that Sentinels know. */
final class LettuceSentinelStateStorageConformanceProofTest extends RedisStorageConformance {
    LettuceSentinelStateStorageConformanceProofTest() {
        super(new LettuceInTest(), Topology::sentinels);
    }
}
