package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.RedisLeaseConformance;
import io.botfsm.redis.client.testing.Topology;

/** Cut off means that the server stands still, and later executes what has reached it. */
final class JedisLeaseStoreSuspendedConformanceProofTest extends RedisLeaseConformance {
    JedisLeaseStoreSuspendedConformanceProofTest() {
        super(new JedisInTest(), Topology::serverThatStandsStill);
    }
}
