package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.RedisStorageConformance;
import io.botfsm.redis.client.testing.Topology;

/** Cut off means that the server is killed, and then started again with what it has on disk. */
final class LettuceKilledConformanceTest extends RedisStorageConformance {
    LettuceKilledConformanceTest() {
        super(new LettuceInTest(), Topology::serverThatIsKilled);
    }
}
