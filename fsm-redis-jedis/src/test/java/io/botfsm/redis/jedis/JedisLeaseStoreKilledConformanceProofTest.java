package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.RedisLeaseConformance;
import io.botfsm.redis.client.testing.Topology;

/** Cut off means that the server is killed, and then started again with what it has on disk. */
final class JedisLeaseStoreKilledConformanceProofTest extends RedisLeaseConformance {
    JedisLeaseStoreKilledConformanceProofTest() {
        super(new JedisInTest(), Topology::serverThatIsKilled);
    }
}
