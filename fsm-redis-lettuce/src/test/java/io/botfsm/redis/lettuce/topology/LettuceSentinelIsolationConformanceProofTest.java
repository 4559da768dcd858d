package io.botfsm.redis.lettuce.topology;

import io.botfsm.redis.client.testing.RedisIsolationConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceInTest;

/** Isolation over a master that Sentinels know. */
final class LettuceSentinelIsolationConformanceProofTest extends RedisIsolationConformance {
    LettuceSentinelIsolationConformanceProofTest() {
        super(new LettuceInTest(), Topology::sentinels);
    }
}
