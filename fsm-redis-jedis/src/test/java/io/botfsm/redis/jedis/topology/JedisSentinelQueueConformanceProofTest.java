package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.client.testing.RedisQueueConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;

/** The queue of deadlines over the master that Sentinels know. */
final class JedisSentinelQueueConformanceProofTest extends RedisQueueConformance {
    JedisSentinelQueueConformanceProofTest() {
        super(new JedisInTest(), Topology::sentinels);
    }
}
