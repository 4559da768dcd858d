package io.botfsm.redis.jedis.topology;

/** Isolation over a master that Sentinels know. */
final class JedisSentinelIsolationConformanceProofTest extends TopologyIsolationConformance {
    JedisSentinelIsolationConformanceProofTest() {
        super(Topology::sentinels);
    }
}
