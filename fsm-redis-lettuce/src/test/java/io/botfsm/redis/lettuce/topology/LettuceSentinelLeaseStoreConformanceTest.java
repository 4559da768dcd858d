package io.botfsm.redis.lettuce.topology;

/** Leases over a master that Sentinels know. */
final class LettuceSentinelLeaseStoreConformanceTest extends TopologyLeaseConformance {
    LettuceSentinelLeaseStoreConformanceTest() {
        super(Topology::sentinels);
    }
}
