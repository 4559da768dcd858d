package io.botfsm.redis.lettuce.topology;

import io.botfsm.redis.client.testing.RedisStorageConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceInTest;

/** Conversations over a cluster of three masters. */
final class LettuceClusterStateStorageConformanceTest extends RedisStorageConformance {
    LettuceClusterStateStorageConformanceTest() {
        super(new LettuceInTest(), Topology::cluster);
    }
}
