package io.botfsm.redis.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisURI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisAddressTest {
    @ParameterizedTest
    @CsvSource({
        "redis://localhost, redis://localhost:6379",
        "redis://localhost/1, redis://localhost:6379/1",
        "redis://bot:secret@host:7000/15, redis://host:7000/15",
        "redis://:secret@host, redis://host:6379",
        "rediss://bot:secret@host:7000, rediss://host:7000",
        "redis://my_redis:7000/2, redis://my_redis:7000/2",
        "redis://bot:secret@my_redis:7000, redis://my_redis:7000",
        "redis://my_redis, redis://my_redis:6379",
        "redis-socket:///run/redis.sock, redis-socket:///run/redis.sock",
        "redis-socket://secret@/run/redis.sock?database=3, redis-socket:///run/redis.sock?database=3",
    })
    void namesServersWithoutCredentials(String uri, String name) {
        assertThat(RedisAddress.name(RedisAddress.parse(uri))).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "localhost:6379 => must begin with redis://",
                "http://bot:secret@host => must begin with redis://",
                "redis-sentinel://secret@host:26379/0#master => Sentinel",
                "redis://bot:secret@host:6379/one => database must be a whole number",
                "redis://bot:secret@host:6379/99999999999 => database must be a whole number",
                "redis://bot:secret@host:6379/-1 => database",
                "redis://bot:secret@host:99999/1 => port must be between",
                "redis://bot:secret@my_redis:99999/1 => port must be between",
                "redis://bot:secret@host:0 => port must be between",
                "redis:///1 => host",
                "redis://bot:sec ret@host => percent-encoded",
                "redis://bot:secret%@host => percent-encoded",
                "redis:bot:secret@host => host",
                "redis://bot:secret@host:6379/x?password=secret => database",
            })
    void refusesWhatItCannotUse(String uri, String why) {
        assertThatThrownBy(() -> LettuceRedis.connect(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessageContaining(why)
                .message()
                .startsWith("Redis URI ")
                .doesNotContain("secret")
                .doesNotContain("sec ret")
                .doesNotContain("bot");
    }

    @Test
    void refusesSentinelsOfAReadyMadeUri() {
        RedisURI sentinels = RedisURI.Builder.sentinel("host", "master").build();
        assertThatThrownBy(() -> LettuceRedis.connect(sentinels))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Sentinel");
    }
}
