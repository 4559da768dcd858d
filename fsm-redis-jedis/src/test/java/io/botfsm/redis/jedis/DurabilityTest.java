package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.DurabilitySuite;

/** Durable writes, which the threads of the pool wait for. */
final class DurabilityTest extends DurabilitySuite {
    DurabilityTest() {
        super(new JedisInTest());
    }
}
