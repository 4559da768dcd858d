package io.botfsm.redis.lettuce.topology;

/** Isolation over a master that Sentinels know. */
final class LettuceSentinelIsolationConformanceProofTest extends TopologyIsolationConformance {
    LettuceSentinelIsolationConformanceProofTest() {
        super(Topology::sentinels);
    }
}
