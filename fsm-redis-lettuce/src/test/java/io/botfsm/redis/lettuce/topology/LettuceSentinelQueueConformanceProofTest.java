package io.botfsm.redis.lettuce.topology;

import io.botfsm.redis.client.testing.RedisQueueConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceInTest;

/** The queue of deadlines over the master that Sentinels know. */
final class LettuceSentinelQueueConformanceProofTest extends RedisQueueConformance {
    LettuceSentinelQueueConformanceProofTest() {
        super(new LettuceInTest(), Topology::sentinels);
    }
}
