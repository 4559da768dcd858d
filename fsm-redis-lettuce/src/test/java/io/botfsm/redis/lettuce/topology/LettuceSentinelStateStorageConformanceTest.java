package io.botfsm.redis.lettuce.topology;

/** Conversations over a master that Sentinels know. */
final class LettuceSentinelStateStorageConformanceTest extends TopologyConformance {
    LettuceSentinelStateStorageConformanceTest() {
        super(Topology::sentinels);
    }
}
