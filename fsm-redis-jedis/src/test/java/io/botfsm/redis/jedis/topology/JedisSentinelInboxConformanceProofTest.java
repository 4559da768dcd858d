package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.client.testing.RedisInboxConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;

/** The inbox over the master that Sentinels know. */
final class JedisSentinelInboxConformanceProofTest extends RedisInboxConformance {
    JedisSentinelInboxConformanceProofTest() {
        super(new JedisInTest(), Topology::sentinels);
    }
}
