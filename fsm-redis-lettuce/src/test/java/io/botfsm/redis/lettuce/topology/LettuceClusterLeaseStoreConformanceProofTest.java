package io.botfsm.redis.lettuce.topology;

import io.botfsm.redis.client.testing.RedisLeaseConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceInTest;

/** Leases over a cluster of three masters. */
final class LettuceClusterLeaseStoreConformanceProofTest extends RedisLeaseConformance {
    LettuceClusterLeaseStoreConformanceProofTest() {
        super(new LettuceInTest(), Topology::cluster);
    }
}
