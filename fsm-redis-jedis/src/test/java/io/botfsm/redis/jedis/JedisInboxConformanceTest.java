package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.RedisInboxConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.testkit.RedisUser;

/** As a user with the least permissions that are documented. */
final class JedisInboxConformanceTest extends RedisInboxConformance {
    JedisInboxConformanceTest() {
        super(new JedisInTest(), () -> Topology.serverFor(RedisUser.OF_INBOXES.with("+scan")));
    }
}
