package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.PortConformance;

/** The port on Jedis. */
final class JedisPortConformanceTest extends PortConformance {
    JedisPortConformanceTest() {
        super(new JedisInTest());
    }
}
