package io.botfsm.redis.lettuce.topology;

import io.botfsm.redis.client.testing.AiogramConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.lettuce.LettuceInTest;

/** Aiogram's layout over a master that Sentinels know. */
final class LettuceSentinelAiogramConformanceProofTest extends AiogramConformance {
    LettuceSentinelAiogramConformanceProofTest() {
        super(new LettuceInTest(), Topology::sentinels);
    }
}
