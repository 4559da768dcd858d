package io.botfsm.redis.lettuce.topology;

/** Conversations over a master that Sentinels know. */
final class LettuceSentinelStateStorageConformanceProofTest extends TopologyConformance {
    LettuceSentinelStateStorageConformanceProofTest() {
        super(Topology::sentinels);
    }
}
