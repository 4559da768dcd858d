package io.botfsm.redis.lettuce.topology;

/** Leases over a master that Sentinels know. */
final class LettuceSentinelLeaseStoreConformanceProofTest extends TopologyLeaseConformance {
    LettuceSentinelLeaseStoreConformanceProofTest() {
        super(Topology::sentinels);
    }
}
