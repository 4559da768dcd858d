package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.RedisStorageConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.testkit.RedisUser;

/**
 * As a user with the least rights that are documented; cut off means that connections are reset and new ones refused.
 */
final class LettuceStateStorageConformanceTest extends RedisStorageConformance {
    LettuceStateStorageConformanceTest() {
        super(new LettuceInTest(), () -> Topology.serverFor(RedisUser.OF_DEADLINES));
    }
}
