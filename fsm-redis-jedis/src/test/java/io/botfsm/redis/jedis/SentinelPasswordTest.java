package io.botfsm.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.SentinelPasswordSuite;
import io.botfsm.redis.spi.RedisUri;
import org.junit.jupiter.api.Test;

/** Sentinels with a password. */
final class SentinelPasswordTest extends SentinelPasswordSuite {
    SentinelPasswordTest() {
        super(new JedisInTest());
    }

    @Test
    void thePasswordMayBeGivenWithoutEncoding() {
        RedisUri.Builder uri = RedisUri.builder().masterName("mymaster").sentinelPassword(PASSWORD);
        RedisUri.parse(uri()).nodes().forEach(node -> uri.node(node.host(), node.port()));
        try (BotRedis redis = JedisRedis.builder(uri.build()).connect()) {
            assertThat(redis.toString()).contains("#mymaster");
        }
    }
}
