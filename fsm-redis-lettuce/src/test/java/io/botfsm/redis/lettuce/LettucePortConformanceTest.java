package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.PortConformance;

/** The port on Lettuce. */
final class LettucePortConformanceTest extends PortConformance {
    LettucePortConformanceTest() {
        super(new LettuceInTest());
    }
}
