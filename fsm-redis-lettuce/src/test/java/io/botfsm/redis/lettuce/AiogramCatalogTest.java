package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.AiogramCatalogSuite;

final class AiogramCatalogTest extends AiogramCatalogSuite {
    AiogramCatalogTest() {
        super(new LettuceInTest());
    }
}
