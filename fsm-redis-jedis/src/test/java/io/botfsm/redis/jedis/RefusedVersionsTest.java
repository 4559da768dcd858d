package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.RefusedVersionsSuite;

final class RefusedVersionsTest extends RefusedVersionsSuite {
    RefusedVersionsTest() {
        super(new JedisInTest(), "redis.clients:jedis");
    }
}
