package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.RedisLeaseConformance;
import io.botfsm.redis.client.testing.Topology;

/** Cut off means that the server stands still, and later executes what has reached it. */
final class LettuceLeaseStoreSuspendedConformanceProofTest extends RedisLeaseConformance {
    LettuceLeaseStoreSuspendedConformanceProofTest() {
        super(new LettuceInTest(), Topology::serverThatStandsStill);
    }
}
