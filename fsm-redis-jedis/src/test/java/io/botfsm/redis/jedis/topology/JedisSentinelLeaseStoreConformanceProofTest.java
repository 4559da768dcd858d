package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.client.testing.RedisLeaseConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;

/** Leases over a master that Sentinels know. */
final class JedisSentinelLeaseStoreConformanceProofTest extends RedisLeaseConformance {
    JedisSentinelLeaseStoreConformanceProofTest() {
        super(new JedisInTest(), Topology::sentinels);
    }
}
