package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.AiogramCatalogConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.testkit.RedisUser;

/** As a user with the least permissions that are documented. */
final class JedisAiogramCatalogConformanceTest extends AiogramCatalogConformance {
    JedisAiogramCatalogConformanceTest() {
        super(new JedisInTest(), () -> Topology.serverFor(RedisUser.OF_AIOGRAM.with("+scan")));
    }
}
