package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.client.testing.RedisStorageConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;

/** Conversations over a master that Sentinels know. */
final class JedisSentinelStateStorageConformanceProofTest extends RedisStorageConformance {
    JedisSentinelStateStorageConformanceProofTest() {
        super(new JedisInTest(), Topology::sentinels);
    }
}
