package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.client.testing.RedisStorageConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;

/** Conversations over a cluster of three masters. */
final class JedisClusterStateStorageConformanceTest extends RedisStorageConformance {
    JedisClusterStateStorageConformanceTest() {
        super(new JedisInTest(), Topology::cluster);
    }
}
