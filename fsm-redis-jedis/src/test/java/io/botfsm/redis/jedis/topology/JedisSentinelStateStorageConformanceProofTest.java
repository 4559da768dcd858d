package io.botfsm.redis.jedis.topology;

/** Conversations over a master that Sentinels know. */
final class JedisSentinelStateStorageConformanceProofTest extends TopologyConformance {
    JedisSentinelStateStorageConformanceProofTest() {
        super(Topology::sentinels);
    }
}
