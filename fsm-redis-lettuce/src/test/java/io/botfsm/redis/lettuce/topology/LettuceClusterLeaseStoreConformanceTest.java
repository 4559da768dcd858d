package io.botfsm.redis.lettuce.topology;

/** Leases over a cluster of three masters. */
final class LettuceClusterLeaseStoreConformanceTest extends TopologyLeaseConformance {
    LettuceClusterLeaseStoreConformanceTest() {
        super(Topology::cluster);
    }
}
