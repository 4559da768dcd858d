package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.RedisCatalogConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.testkit.RedisUser;

/** As a user with the least rights that are documented, those to set deadlines included. */
final class JedisCatalogConformanceTest extends RedisCatalogConformance {
    JedisCatalogConformanceTest() {
        super(new JedisInTest(), () -> Topology.serverFor(RedisUser.OF_OPERATORS.with("+zadd", "+zrem")));
    }
}
