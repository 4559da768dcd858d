package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.DeadlineSuite;

final class DeadlineTest extends DeadlineSuite {
    DeadlineTest() {
        super(new LettuceInTest());
    }
}
