package io.botfsm.redis.jedis.topology;

/** Conversations over a cluster of three masters. */
final class JedisClusterStateStorageConformanceTest extends TopologyConformance {
    JedisClusterStateStorageConformanceTest() {
        super(Topology::cluster);
    }
}
