package io.botfsm.redis.lettuce;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.ClientInTest;
import java.time.Duration;
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
    public BotRedis connect(String uri) {
        return LettuceRedis.connect(uri);
    }

    @Override
    public BotRedis connect(String uri, Duration commandTimeout) {
        return LettuceRedis.builder(uri).commandTimeout(commandTimeout).connect();
    }

    @Override
    public BotRedis connectToCluster(String uri) {
        return LettuceRedis.builder(uri).cluster().connect();
    }

    @Override
    public BotRedis fromEnvironment(Map<String, String> variables) {
        return LettuceRedis.fromEnvironment(variables);
    }

    @Override
    public LeaseStore leaseStore(String uri, Duration commandTimeout) {
        return LettuceRedis.builder(uri).commandTimeout(commandTimeout).leaseStore();
    }
}
