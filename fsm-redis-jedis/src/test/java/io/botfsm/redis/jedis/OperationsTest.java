package io.botfsm.redis.jedis;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.OperationsSuite;
import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;

final class OperationsTest extends OperationsSuite {
    private final RedisTestServer server = RedisServers.shared();

    OperationsTest() {
        super(new JedisInTest(), UnifiedJedis.class, "redis.clients/jedis");
    }

    /** The client with a pool that this version of Jedis has. */
    private UnifiedJedis pooled() throws ReflectiveOperationException {
        try {
            return (UnifiedJedis) Class.forName("redis.clients.jedis.RedisClient")
                    .getMethod("create", String.class, int.class)
                    .invoke(null, server.host(), server.port());
        } catch (ClassNotFoundException beforeIt) {
            return Class.forName("redis.clients.jedis.JedisPooled")
                    .asSubclass(UnifiedJedis.class)
                    .getConstructor(String.class, int.class)
                    .newInstance(server.host(), server.port());
        }
    }

    @Test
    void aClientOfTheUsersIsUsedAndLeftOpen() throws Exception {
        try (UnifiedJedis client = pooled()) {
            JedisVersions.pool(client).setMaxWait(Duration.ofSeconds(2));
            StorageKey key = freshKey();
            try (BotRedis redis = JedisRedis.connect(client)) {
                applied(redis.stateStorage(), key, Mutation.builder().state("A"));
                assertThat(read(redis.stateStorage(), key).state()).contains("A");
                assertThat(redis).hasToString("BotRedis[redis://" + server.host() + ":" + server.port() + "]");
            }
            assertThat(client.ping()).isEqualTo("PONG");
        }
    }

    @Test
    @SuppressWarnings("deprecation") // no other constructor is in all versions
    void aClientWithoutAPoolIsRefused() {
        ConnectionProvider provider = new PooledConnectionProvider(new HostAndPort(server.host(), server.port()));
        try (UnifiedJedis client = new UnifiedJedis(provider, 1, Duration.ofSeconds(1))) {
            assertThatThrownBy(() -> JedisRedis.connect(client))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("UnifiedJedis", "ConnectionPool");
        }
    }
}
