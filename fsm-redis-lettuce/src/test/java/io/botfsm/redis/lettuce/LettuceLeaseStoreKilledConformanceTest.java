package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.RedisLeaseConformance;
import io.botfsm.redis.client.testing.Topology;

/** Cut off means that the server is killed, and then started again with what it has on disk. */
final class LettuceLeaseStoreKilledConformanceTest extends RedisLeaseConformance {
    LettuceLeaseStoreKilledConformanceTest() {
        super(new LettuceInTest(), Topology::serverThatIsKilled);
    }
}
