package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.CatalogSuite;

final class CatalogTest extends CatalogSuite {
    CatalogTest() {
        super(new LettuceInTest());
    }
}
