package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.client.testing.RedisCatalogConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;

/** The catalog over the master that Sentinels know. */
final class JedisSentinelCatalogConformanceProofTest extends RedisCatalogConformance {
    JedisSentinelCatalogConformanceProofTest() {
        super(new JedisInTest(), Topology::sentinels);
    }
}
