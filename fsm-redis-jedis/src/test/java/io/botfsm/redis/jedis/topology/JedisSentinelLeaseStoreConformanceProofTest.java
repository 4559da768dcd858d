package io.botfsm.redis.jedis.topology;

/** Leases over a master that Sentinels know. */
final class JedisSentinelLeaseStoreConformanceProofTest extends TopologyLeaseConformance {
    JedisSentinelLeaseStoreConformanceProofTest() {
        super(Topology::sentinels);
    }
}
