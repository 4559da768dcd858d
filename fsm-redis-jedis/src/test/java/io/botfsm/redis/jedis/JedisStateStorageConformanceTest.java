package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.RedisStorageConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.testkit.RedisUser;

/**
 * As a user with the least rights that are documented; cut off means that connections are reset and new ones refused.
 */
final class JedisStateStorageConformanceTest extends RedisStorageConformance {
    JedisStateStorageConformanceTest() {
        super(new JedisInTest(), () -> Topology.serverFor(RedisUser.OF_DEADLINES));
    }
}
