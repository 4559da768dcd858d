package io.botfsm.redis.lettuce.topology;

/** Conversations over a cluster of three masters. */
final class LettuceClusterStateStorageConformanceTest extends TopologyConformance {
    LettuceClusterStateStorageConformanceTest() {
        super(Topology::cluster);
    }
}
