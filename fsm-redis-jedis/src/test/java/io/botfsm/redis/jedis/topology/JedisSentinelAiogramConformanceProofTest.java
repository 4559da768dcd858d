package io.botfsm.redis.jedis.topology;

import io.botfsm.redis.client.testing.AiogramConformance;
import io.botfsm.redis.client.testing.Topology;
import io.botfsm.redis.jedis.JedisInTest;

/** Aiogram's layout over a master that Sentinels know. */
final class JedisSentinelAiogramConformanceProofTest extends AiogramConformance {
    JedisSentinelAiogramConformanceProofTest() {
        super(new JedisInTest(), Topology::sentinels);
    }
}
