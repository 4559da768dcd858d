package io.botfsm.redis.lettuce.topology;

import io.botfsm.redis.client.testing.RedisLeaseConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceInTest;

/** Leases over a master that Sentinels know. */
final class LettuceSentinelLeaseStoreConformanceProofTest extends RedisLeaseConformance {
    LettuceSentinelLeaseStoreConformanceProofTest() {
        super(new LettuceInTest(), Topology::sentinels);
    }
}
