package io.botfsm.redis.jedis;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.ClientInTest;
import java.time.Duration;
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
    public BotRedis connect(String uri) {
        return JedisRedis.connect(uri);
    }

    @Override
    public BotRedis connect(String uri, Duration commandTimeout) {
        return JedisRedis.builder(uri).commandTimeout(commandTimeout).connect();
    }

    @Override
    public BotRedis connectToCluster(String uri) {
        return JedisRedis.builder(uri).cluster().connect();
    }

    @Override
    public BotRedis fromEnvironment(Map<String, String> variables) {
        return JedisRedis.fromEnvironment(variables);
    }

    @Override
    public LeaseStore leaseStore(String uri, Duration commandTimeout) {
        return JedisRedis.builder(uri).commandTimeout(commandTimeout).leaseStore();
    }
}
