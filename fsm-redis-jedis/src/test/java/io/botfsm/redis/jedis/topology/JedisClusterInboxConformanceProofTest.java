package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.client.testing.RedisInboxConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;

/** The inbox over a cluster of three masters. */
final class JedisClusterInboxConformanceProofTest extends RedisInboxConformance {
    JedisClusterInboxConformanceProofTest() {
        super(new JedisInTest(), Topology::cluster);
    }
}
