package io.botfsm.redis.lettuce;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.AiogramLayout;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.client.testing.ClientInTest;
import io.botfsm.redis.client.testing.RedisInTest;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.Map;

/** Lettuce for the tests that it shares with the other client. */
public record LettuceInTest() implements ClientInTest {
    /** An opened one. */
    record Opened(LettuceRedis redis) implements RedisInTest {
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
        return LettuceRedis.class;
    }

    @Override
    public int connections() {
        return 1;
    }

    @Override
    public RedisInTest connect(String uri) {
        return new Opened(LettuceRedis.connect(uri));
    }

    @Override
    public RedisInTest connect(String uri, Duration commandTimeout) {
        return new Opened(
                LettuceRedis.builder(uri).commandTimeout(commandTimeout).connect());
    }

    @Override
    public RedisInTest connectToCluster(String uri) {
        return new Opened(LettuceRedis.builder(uri).cluster().connect());
    }

    @Override
    public RedisInTest fromEnvironment(Map<String, String> variables) {
        return new Opened(LettuceRedis.fromEnvironment(variables));
    }

    @Override
    public LeaseStore leaseStore(String uri, Duration commandTimeout) {
        return LettuceRedis.builder(uri).commandTimeout(commandTimeout).leaseStore();
    }
}
