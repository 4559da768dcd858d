package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.client.testing.RedisIsolationConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;

/** Isolation over a master that Sentinels know. */
final class JedisSentinelIsolationConformanceProofTest extends RedisIsolationConformance {
    JedisSentinelIsolationConformanceProofTest() {
        super(new JedisInTest(), Topology::sentinels);
    }
}
