package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.RedisInboxConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.testkit.RedisUser;

/** As a user with the least permissions that are documented. */
final class LettuceInboxConformanceTest extends RedisInboxConformance {
    LettuceInboxConformanceTest() {
        super(new LettuceInTest(), () -> Topology.serverFor(RedisUser.OF_INBOXES.with("+scan")));
    }
}
