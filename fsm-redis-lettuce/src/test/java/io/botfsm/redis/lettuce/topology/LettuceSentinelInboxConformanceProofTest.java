package io.botfsm.redis.lettuce.topology;

import io.botfsm.redis.client.testing.RedisInboxConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceInTest;

/** The inbox over the master that Sentinels know. */
final class LettuceSentinelInboxConformanceProofTest extends RedisInboxConformance {
    LettuceSentinelInboxConformanceProofTest() {
        super(new LettuceInTest(), Topology::sentinels);
    }
}
