package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.RedisQueueConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.testkit.RedisUser;

/** As a user with the least permissions that are documented. */
final class LettuceQueueConformanceTest extends RedisQueueConformance {
    LettuceQueueConformanceTest() {
        super(new LettuceInTest(), () -> Topology.serverFor(RedisUser.OF_DEADLINES.with("+scan")));
    }
}
