package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.AiogramConformance;
import io.botfsm.redis.client.testing.Topology;

/** Aiogram's layout, for the rules that it can keep. */
final class LettuceAiogramConformanceTest extends AiogramConformance {
    LettuceAiogramConformanceTest() {
        super(new LettuceInTest(), Topology::server);
    }
}
