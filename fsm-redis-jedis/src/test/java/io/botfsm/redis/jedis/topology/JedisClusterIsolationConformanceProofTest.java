package io.botfsm.redis.jedis.topology;

/** Isolation over a cluster of three masters. */
final class JedisClusterIsolationConformanceProofTest extends TopologyIsolationConformance {
    JedisClusterIsolationConformanceProofTest() {
        super(Topology::cluster);
    }
}
