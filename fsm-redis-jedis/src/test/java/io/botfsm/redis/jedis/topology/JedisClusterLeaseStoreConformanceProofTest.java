package io.botfsm.redis.jedis.topology;

/** Leases over a cluster of three masters. */
final class JedisClusterLeaseStoreConformanceProofTest extends TopologyLeaseConformance {
    JedisClusterLeaseStoreConformanceProofTest() {
        super(Topology::cluster);
    }
}
