package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.client.testing.RedisIsolationConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;

/** Isolation over a cluster of three masters. */
final class JedisClusterIsolationConformanceProofTest extends RedisIsolationConformance {
    JedisClusterIsolationConformanceProofTest() {
        super(new JedisInTest(), Topology::cluster);
    }
}
