package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.RedisCatalogConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.testkit.RedisUser;

/** As a user with the least rights that are documented, those to set deadlines included. */
final class LettuceCatalogConformanceTest extends RedisCatalogConformance {
    LettuceCatalogConformanceTest() {
        super(new LettuceInTest(), () -> Topology.serverFor(RedisUser.OF_OPERATORS.with("+zadd", "+zrem")));
    }
}
