package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.RefusedVersionsSuite;

final class RefusedVersionsTest extends RefusedVersionsSuite {
    RefusedVersionsTest() {
        super(new LettuceInTest(), "io.lettuce:lettuce-core");
    }
}
