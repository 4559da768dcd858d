package io.botfsm.redis.jedis;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.AiogramLayout;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.client.testing.ClientInTest;
import io.botfsm.redis.client.testing.RedisInTest;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.Map;

/** Jedis for the tests that it shares with the other client. */
public record JedisInTest() implements ClientInTest {
    /** An opened one. */
    record Opened(JedisRedis redis) implements RedisInTest {
        @Override
        public StateStorage stateStorage() {
            return redis.stateStorage();
        }

        @Override
        public StateStorage stateStorage(RedisStorageOptions options) {
            return redis.stateStorage(options);
        }

        @Override
        public StateStorage stateStorage(AiogramLayout layout) {
            return redis.stateStorage(layout);
        }

        @Override
        public LeaseStore leaseStore() {
            return redis.leaseStore();
        }

        @Override
        public void close() {
            redis.close();
        }

        @Override
        public String toString() {
            return redis.toString();
        }
    }

    @Override
    public Class<?> entry() {
        return JedisRedis.class;
    }

    @Override
    public int connections() {
        return JedisRedis.DEFAULT_POOL_SIZE;
    }

    @Override
    public RedisInTest connect(String uri) {
        return new Opened(JedisRedis.connect(uri));
    }

    @Override
    public RedisInTest connect(String uri, Duration commandTimeout) {
        return new Opened(JedisRedis.builder(uri).commandTimeout(commandTimeout).connect());
    }

    @Override
    public RedisInTest connectToCluster(String uri) {
        return new Opened(JedisRedis.builder(uri).cluster().connect());
    }

    @Override
    public RedisInTest fromEnvironment(Map<String, String> variables) {
        return new Opened(JedisRedis.fromEnvironment(variables));
    }

    @Override
    public LeaseStore leaseStore(String uri, Duration commandTimeout) {
        return JedisRedis.builder(uri).commandTimeout(commandTimeout).leaseStore();
    }
}
