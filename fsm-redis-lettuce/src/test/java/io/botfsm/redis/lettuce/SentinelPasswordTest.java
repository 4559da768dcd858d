package io.botfsm.redis.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.SentinelPasswordSuite;
import io.botfsm.redis.spi.RedisUri;
import io.lettuce.core.RedisURI;
import org.junit.jupiter.api.Test;

/** Sentinels with a password. */
final class SentinelPasswordTest extends SentinelPasswordSuite {
    SentinelPasswordTest() {
        super(new LettuceInTest());
    }

    @Test
    void thePasswordMayBeGivenWithoutEncoding() {
        RedisUri.Builder uri = RedisUri.builder().masterName("mymaster").sentinelPassword(PASSWORD);
        RedisUri.parse(uri()).nodes().forEach(node -> uri.node(node.host(), node.port()));
        try (BotRedis redis = LettuceRedis.builder(uri.build()).connect()) {
            assertThat(redis.toString()).contains("#mymaster");
        }
    }

    @Test
    void thePasswordMayBeInAUriOfLettuces() {
        RedisURI uri = RedisURI.create(uri());
        uri.getSentinels().forEach(sentinel -> {
            RedisURI with = RedisURI.builder(sentinel)
                    .withPassword(PASSWORD.toCharArray())
                    .build();
            sentinel.setCredentialsProvider(with.getCredentialsProvider());
        });
        try (BotRedis redis = LettuceRedis.connect(uri)) {
            assertThat(redis.toString()).contains("#mymaster");
        }
    }
}
