package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.InboxSuite;

final class InboxTest extends InboxSuite {
    InboxTest() {
        super(new LettuceInTest());
    }
}
