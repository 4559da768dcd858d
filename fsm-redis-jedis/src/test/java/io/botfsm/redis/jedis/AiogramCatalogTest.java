package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.AiogramCatalogSuite;

final class AiogramCatalogTest extends AiogramCatalogSuite {
    AiogramCatalogTest() {
        super(new JedisInTest());
    }
}
