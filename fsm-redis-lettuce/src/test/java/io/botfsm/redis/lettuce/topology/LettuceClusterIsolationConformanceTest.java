package io.botfsm.redis.lettuce.topology;

/** Isolation over a cluster of three masters. */
final class LettuceClusterIsolationConformanceTest extends TopologyIsolationConformance {
    LettuceClusterIsolationConformanceTest() {
        super(Topology::cluster);
    }
}
