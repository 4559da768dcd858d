package io.botfsm.redis.lettuce.topology;

/** Isolation over a master that Sentinels know. */
final class LettuceSentinelIsolationConformanceTest extends TopologyIsolationConformance {
    LettuceSentinelIsolationConformanceTest() {
        super(Topology::sentinels);
    }
}
