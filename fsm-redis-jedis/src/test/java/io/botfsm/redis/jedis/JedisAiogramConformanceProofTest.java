package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.AiogramConformance;
import io.botfsm.redis.client.testing.Topology;

/** Aiogram's layout, for the rules that it can keep. */
final class JedisAiogramConformanceProofTest extends AiogramConformance {
    JedisAiogramConformanceProofTest() {
        super(new JedisInTest(), Topology::server);
    }
}
