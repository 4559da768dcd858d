package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.client.testing.RedisLeaseConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;

/** Leases over a cluster of three masters. */
final class JedisClusterLeaseStoreConformanceProofTest extends RedisLeaseConformance {
    JedisClusterLeaseStoreConformanceProofTest() {
        super(new JedisInTest(), Topology::cluster);
    }
}
