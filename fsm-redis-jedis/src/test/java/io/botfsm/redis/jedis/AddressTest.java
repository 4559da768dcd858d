package io.botfsm.redis.jedis;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.client.testing.AddressSuite;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.StorageRefusedException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.RedisClient;

/** Addresses that lead to something other than they say. */
final class AddressTest extends AddressSuite {
    AddressTest() {
        super(new JedisInTest());
    }

    /** Its pool leads to that node only. */
    @Test
    void aUsersClientOfOneNodeOfAClusterIsRefused() {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxWait(Duration.ofSeconds(2));
        try (RedisServerProcess node = RedisServerProcess.start("cluster-enabled yes");
                RedisClient client = RedisClient.builder()
                        .hostAndPort(node.host(), node.port())
                        .poolConfig(pool)
                        .build()) {
            assertThatThrownBy(() -> JedisRedis.connect(client))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining("is a node of a cluster")
                    .hasMessageContaining("use JedisRedis.builder");
        }
    }
}
