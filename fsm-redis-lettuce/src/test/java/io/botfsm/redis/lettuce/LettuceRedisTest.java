package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.EntrySuite;

final class LettuceRedisTest extends EntrySuite {
    LettuceRedisTest() {
        super(new LettuceInTest());
    }
}
