package io.botfsm.redis.jedis.isolation;

import io.botfsm.redis.client.testing.RedisIsolationConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;
import io.botfsm.redis.testkit.RedisUser;

/** Isolation over one server, by a user with the least rights that are documented. */
final class RedisIsolationConformanceTest extends RedisIsolationConformance {
    RedisIsolationConformanceTest() {
        super(new JedisInTest(), () -> Topology.serverFor(RedisUser.OF_LEASES));
    }
}
