package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.AiogramCatalogConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.testkit.RedisUser;

/** As a user with the least permissions that are documented. */
final class LettuceAiogramCatalogConformanceTest extends AiogramCatalogConformance {
    LettuceAiogramCatalogConformanceTest() {
        super(new LettuceInTest(), () -> Topology.serverFor(RedisUser.OF_AIOGRAM.with("+scan")));
    }
}
