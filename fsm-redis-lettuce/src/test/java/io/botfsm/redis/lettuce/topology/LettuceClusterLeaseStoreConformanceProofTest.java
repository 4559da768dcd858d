package io.botfsm.redis.lettuce.topology;

/** Leases over a cluster of three masters. */
final class LettuceClusterLeaseStoreConformanceProofTest extends TopologyLeaseConformance {
    LettuceClusterLeaseStoreConformanceProofTest() {
        super(Topology::cluster);
    }
}
