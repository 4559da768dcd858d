package io.botfsm.redis.lettuce.topology;

import io.botfsm.redis.client.testing.RedisQueueConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceInTest;

/** The queue of deadlines over a cluster of three masters. */
final class LettuceClusterQueueConformanceTest extends RedisQueueConformance {
    LettuceClusterQueueConformanceTest() {
        super(new LettuceInTest(), Topology::cluster);
    }
}
