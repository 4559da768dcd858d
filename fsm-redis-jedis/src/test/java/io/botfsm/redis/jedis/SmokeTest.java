package io.botfsm.redis.jedis;

import io.botfsm.redis.client.testing.SmokeSuite;
import java.util.List;

/** A user's program with Jedis. */
final class SmokeTest extends SmokeSuite {
    SmokeTest() {
        super(new JedisInTest(), "jedis|redis-authx-core|commons-pool2|gson|json|error_prone_annotations");
    }

    @Override
    protected List<String> has() {
        return List.of("/jedis-", "commons-pool2");
    }

    @Override
    protected List<String> lacks() {
        return List.of("lettuce", "netty");
    }
}
