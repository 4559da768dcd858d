package io.botfsm.redis.lettuce.topology;

import io.botfsm.redis.client.testing.RedisIsolationConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceInTest;

/** Isolation over a cluster of three masters. */
final class LettuceClusterIsolationConformanceProofTest extends RedisIsolationConformance {
    LettuceClusterIsolationConformanceProofTest() {
        super(new LettuceInTest(), Topology::cluster);
    }
}
