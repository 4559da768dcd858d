package io.botfsm.redis.lettuce;

import io.botfsm.redis.client.testing.ClusterSuite;

/** A cluster whose slots move and whose masters die. */
final class ClusterTest extends ClusterSuite {
    ClusterTest() {
        super(new LettuceInTest());
    }
}
