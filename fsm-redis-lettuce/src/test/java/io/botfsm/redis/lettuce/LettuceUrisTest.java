package io.botfsm.redis.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.RedisUri.Node;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LettuceUrisTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://host:7000/15",
                "rediss://host:7000",
                "redis://my_redis:7000/2",
                "redis://[::1]:7000",
                "redis-socket:///run/redis.sock",
                "redis-socket:///run/redis.sock?database=3",
                "redis-sentinel://h1:26379,h2:26380/2#master",
            })
    void namesServers(String uri) {
        assertThat(LettuceUris.described(LettuceUris.of(RedisUri.parse(uri)))).hasToString(uri);
    }

    @Test
    void lettuceIsToldEverything() {
        RedisURI uri = LettuceUris.of(RedisUri.parse("rediss://bot:p%40ss@host:7000/3?timeout=5s&verifyPeer=CA"));
        assertThat(uri.getVerifyMode()).isEqualTo(SslVerifyMode.CA);
        assertThat(uri.getTimeout()).isEqualTo(Duration.ofSeconds(5));
        RedisCredentials credentials =
                uri.getCredentialsProvider().resolveCredentials().block();
        assertThat(credentials.getUsername()).isEqualTo("bot");
        assertThat(credentials.getPassword()).containsExactly("p@ss".toCharArray());
    }

    @Test
    void aPasswordNeedsNoUser() {
        RedisCredentials credentials = LettuceUris.of(RedisUri.parse("redis://:secret@host"))
                .getCredentialsProvider()
                .resolveCredentials()
                .block();
        assertThat(credentials.hasUsername()).isFalse();
        assertThat(credentials.getPassword()).containsExactly("secret".toCharArray());
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "redis://bot:secret@h1,h2/2 => only database 0",
                "redis://bot:secret@host/one => database must be a whole number",
            })
    void refusesWhatItCannotUse(String uri, String why) {
        assertThatThrownBy(() -> LettuceRedis.connect(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessageContaining(why)
                .message()
                .doesNotContain("secret")
                .doesNotContain("bot");
    }

    @Test
    void theMasterOfSentinelsIsTalkedToAsTheUriSays() {
        RedisURI sentinels = LettuceUris.of(RedisUri.parse("rediss-sentinel://bot:pass@h1,h2:26380/2#master"));
        assertThat(sentinels.getSentinels()).extracting(RedisURI::getHost).containsExactly("h1", "h2");
        assertThat(sentinels.getSentinels()).allMatch(RedisURI::isSsl);

        RedisURI master = LettuceUris.at(sentinels, new Node("m", 7000));
        assertThat(LettuceUris.described(master)).hasToString("rediss://m:7000/2");
        assertThat(master.getCredentialsProvider().resolveCredentials().block().getUsername())
                .isEqualTo("bot");
    }

    @Test
    void aClusterIsNotReachedThroughSentinelsOrASocket() {
        for (String uri : List.of("redis-sentinel://h1#master", "redis-socket:///run/redis.sock")) {
            assertThatThrownBy(() -> LettuceRedis.builder(uri).cluster().connect())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cluster() contradicts " + uri.substring(0, 12));
        }
    }
}
