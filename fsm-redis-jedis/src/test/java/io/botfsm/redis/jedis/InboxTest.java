package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.InboxSuite;

final class InboxTest extends InboxSuite {
    InboxTest() {
        super(new JedisInTest());
    }
}
