package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.client.testing.AiogramCatalogConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;

/** Finding conversations in aiogram's layout, over a master that Sentinels know. */
final class JedisSentinelAiogramCatalogConformanceProofTest extends AiogramCatalogConformance {
    JedisSentinelAiogramCatalogConformanceProofTest() {
        super(new JedisInTest(), Topology::sentinels);
    }
}
