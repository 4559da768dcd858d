package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.RedisQueueConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.testkit.RedisUser;

/** As a user with the least permissions that are documented. */
final class JedisQueueConformanceTest extends RedisQueueConformance {
    JedisQueueConformanceTest() {
        super(new JedisInTest(), () -> Topology.serverFor(RedisUser.OF_DEADLINES.with("+scan")));
    }
}
