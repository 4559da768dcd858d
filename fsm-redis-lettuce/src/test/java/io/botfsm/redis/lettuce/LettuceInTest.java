package io.botfsm.redis.lettuce;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.ClientInTest;
import java.util.Map;

/** Lettuce for the tests that it shares with the other client. */
public record LettuceInTest() implements ClientInTest {
    @Override
    public Class<?> entry() {
        return LettuceRedis.class;
    }

    @Override
    public int connections() {
        return 1;
    }

    @Override
    public BotRedis.Builder builder(String uri) {
        return LettuceRedis.builder(uri);
    }

    @Override
    public BotRedis fromEnvironment(Map<String, String> variables) {
        return LettuceRedis.fromEnvironment(variables);
    }
}
