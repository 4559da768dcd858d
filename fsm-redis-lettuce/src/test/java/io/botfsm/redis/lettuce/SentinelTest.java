package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.SentinelSuite;

/** A master that Sentinels replace. */
final class SentinelTest extends SentinelSuite {
    SentinelTest() {
        super(new LettuceInTest());
    }
}
