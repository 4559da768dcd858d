package io.botfsm.redis.jedis;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.ClientInTest;
import java.util.Map;

/** Jedis for the tests that it shares with the other client. */
public record JedisInTest() implements ClientInTest {
    @Override
    public Class<?> entry() {
        return JedisRedis.class;
    }

    @Override
    public int connections() {
        return JedisRedis.DEFAULT_POOL_SIZE;
    }

    @Override
    public BotRedis.Builder builder(String uri) {
        return JedisRedis.builder(uri);
    }

    @Override
    public BotRedis fromEnvironment(Map<String, String> variables) {
        return JedisRedis.fromEnvironment(variables);
    }
}
