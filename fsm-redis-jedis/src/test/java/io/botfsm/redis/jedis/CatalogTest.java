package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.CatalogSuite;

final class CatalogTest extends CatalogSuite {
    CatalogTest() {
        super(new JedisInTest());
    }
}
