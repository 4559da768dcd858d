package io.botfsm.redis.lettuce.topology;

import io.botfsm.redis.client.testing.RedisInboxConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceInTest;

/** The inbox over a cluster of three masters. */
final class LettuceClusterInboxConformanceTest extends RedisInboxConformance {
    LettuceClusterInboxConformanceTest() {
        super(new LettuceInTest(), Topology::cluster);
    }
}
