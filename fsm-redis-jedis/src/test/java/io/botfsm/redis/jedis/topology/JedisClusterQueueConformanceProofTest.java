package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.client.testing.RedisQueueConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;

/** The queue of deadlines over a cluster of three masters. */
final class JedisClusterQueueConformanceProofTest extends RedisQueueConformance {
    JedisClusterQueueConformanceProofTest() {
        super(new JedisInTest(), Topology::cluster);
    }
}
