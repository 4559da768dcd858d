package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.client.testing.RedisCatalogConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;

/** The catalog over a cluster of three masters. */
final class JedisClusterCatalogConformanceTest extends RedisCatalogConformance {
    JedisClusterCatalogConformanceTest() {
        super(new JedisInTest(), Topology::cluster);
    }
}
