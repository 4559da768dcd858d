package io.botfsm.redis.lettuce.topology;

/** Isolation over a cluster of three masters. */
final class LettuceClusterIsolationConformanceProofTest extends TopologyIsolationConformance {
    LettuceClusterIsolationConformanceProofTest() {
        super(Topology::cluster);
    }
}
