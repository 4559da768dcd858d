package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.DeadlineSuite;

final class DeadlineTest extends DeadlineSuite {
    DeadlineTest() {
        super(new JedisInTest());
    }
}
