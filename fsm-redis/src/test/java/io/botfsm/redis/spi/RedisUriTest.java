package io.botfsm.redis.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.redis.spi.RedisUri.PeerCheck;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisUriTest {
    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "redis://localhost => redis://localhost:6379",
                "redis://localhost/ => redis://localhost:6379",
                "redis://localhost/1 => redis://localhost:6379/1",
                "redis://localhost?database=1 => redis://localhost:6379/1",
                "redis://bot:secret@host:7000/15 => redis://host:7000/15",
                "redis://:secret@host => redis://host:6379",
                "redis://secret@host => redis://host:6379",
                "rediss://bot:secret@host:7000 => rediss://host:7000",
                "redis://my_redis:7000/2 => redis://my_redis:7000/2",
                "redis://bot:secret@my_redis:7000 => redis://my_redis:7000",
                "redis://my_redis => redis://my_redis:6379",
                "redis://bot:secret@[::1]:7000/1 => redis://[::1]:7000/1",
                "redis://[::1] => redis://[::1]:6379",
                "redis://[fe80::1%25eth0]:7000 => redis://[fe80::1%eth0]:7000",
                "redis://[fe80::1%eth0] => redis://[fe80::1%eth0]:6379",
                "redis://[fe80::1%25br-3f_0.1] => redis://[fe80::1%br-3f_0.1]:6379",
                "redis://bot:secret@[::1]:7000,[::ffff:127.0.0.1],h:7001 => redis://[::1]:7000,[::ffff:127.0.0.1]:6379,h:7001",
                "rediss-sentinel://[fd00::1],[fd00::2]:26380/1#main => rediss-sentinel://[fd00::1]:26379,[fd00::2]:26380/1#main",
                "redis-socket:///run/redis.sock => redis-socket:///run/redis.sock",
                "redis-socket://secret@/run/redis.sock?database=3 => redis-socket:///run/redis.sock?database=3",
                "redis://bot:secret@h1:7000,h2,h_3:7001 => redis://h1:7000,h2:6379,h_3:7001",
                "redis-sentinel://host#main => redis-sentinel://host:26379#main",
                "redis-sentinel://bot:secret@h1,h_2:26380/1#main => redis-sentinel://h1:26379,h_2:26380/1#main",
                "rediss-sentinel://h1,h2#main => rediss-sentinel://h1:26379,h2:26379#main",
            })
    void namesServersWithoutCredentials(String uri, String name) {
        assertThat(RedisUri.parse(uri)).hasToString(name);
    }

    @Test
    void saysEverything() {
        RedisUri uri = RedisUri.parse("rediss://bot:p%40ss+w%2Frd%23%25@host:7000/3?timeout=5s&verifyPeer=ca");
        assertThat(uri.nodes()).containsExactly(new Node("host", 7000));
        assertThat(uri.masterName()).isEmpty();
        assertThat(uri.socket()).isEmpty();
        assertThat(uri.isTls()).isTrue();
        assertThat(uri.peerCheck()).isEqualTo(PeerCheck.CA);
        assertThat(uri.user()).contains("bot");
        assertThat(uri.password()).contains("p@ss+w/rd#%");
        assertThat(uri.database()).isEqualTo(3);
        assertThat(uri.timeout()).contains(Duration.ofSeconds(5));
    }

    @Test
    void saysNothingThatIsNotThere() {
        RedisUri uri = RedisUri.parse("redis://host");
        assertThat(uri.isTls()).isFalse();
        assertThat(uri.peerCheck()).isEqualTo(PeerCheck.FULL);
        assertThat(uri.user()).isEmpty();
        assertThat(uri.password()).isEmpty();
        assertThat(uri.database()).isZero();
        assertThat(uri.timeout()).isEmpty();
    }

    @Test
    void aPasswordMayStandAlone() {
        for (String uri :
                new String[] {"redis://:secret@host", "redis://secret@host", "redis-socket://secret@/r.sock"}) {
            assertThat(RedisUri.parse(uri).user()).isEmpty();
            assertThat(RedisUri.parse(uri).password()).contains("secret");
        }
        assertThat(RedisUri.parse("redis://:@host").password()).isEmpty();
    }

    @Test
    void sentinelsWatchAMaster() {
        RedisUri uri = RedisUri.parse("redis-sentinel://bot:secret@h1,h2:26380/1#main");
        assertThat(uri.nodes()).containsExactly(new Node("h1", 26_379), new Node("h2", 26_380));
        assertThat(uri.masterName()).contains("main");
        assertThat(uri.database()).isEqualTo(1);
    }

    @Test
    void sentinelsHaveCredentialsOfTheirOwn() {
        RedisUri uri = RedisUri.parse(
                "redis-sentinel://bot:pass@h1,h2/1?sentinelPassword=s%26cret%2F&sentinelUsername=watcher#main");
        assertThat(uri).hasToString("redis-sentinel://h1:26379,h2:26379/1#main");
        assertThat(uri.password()).contains("pass");
        assertThat(uri.sentinelUser()).contains("watcher");
        assertThat(uri.sentinelPassword()).contains("s&cret/");

        RedisUri alone = RedisUri.parse("redis-sentinel://h1?sentinelPassword=secret#main");
        assertThat(alone.sentinelUser()).isEmpty();
        assertThat(alone.sentinelPassword()).contains("secret");
        assertThat(alone.password()).isEmpty();

        assertThatThrownBy(() -> RedisUri.builder()
                        .node("host", 1)
                        .sentinelPassword("secret")
                        .build())
                .hasMessageContaining("the name of a master")
                .message()
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({"250, PT0.25S", "250ms, PT0.25S", "5s, PT5S", "2m, PT2M", "1h, PT1H"})
    void timeoutsHaveUnits(String text, Duration timeout) {
        assertThat(RedisUri.parse("redis://host?timeout=" + text).timeout()).contains(timeout);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "localhost:6379 => must begin with redis://",
                "http://bot:secret@host => must begin with redis://",
                "redis-sentinel://secret@host:26379/0 => names no master",
                "redis-sentinel://secret@host:26379/0# => names no master",
                "redis-sentinel://secret@/0#main => names no host",
                "redis-sentinel://secret@host:99999#main => port must be between",
                "redis://bot:secret@host:6379/one => database must be a whole number",
                "redis://bot:secret@host:6379/99999999999 => database must be a whole number",
                "redis://bot:secret@host:6379/-1 => database",
                "redis-socket://secret@/run/redis.sock?database=one => database",
                "redis://bot:secret@host:99999/1 => port must be between",
                "redis://bot:secret@my_redis:99999/1 => port must be between",
                "redis://bot:secret@h1:7000,h2:0 => port must be between",
                "redis://bot:secret@h1,,h2 => percent-encoded",
                "redis://bot:secret@host:0 => port must be between",
                "redis://bot:secret@host:port => percent-encoded",
                "redis://bot:secret@::1 => IPv6 address in brackets",
                "redis://bot:secret@::1:6379/1 => IPv6 address in brackets",
                "redis://bot:secret@[host] => IPv6 address in brackets",
                "redis://bot:secret@[::1 => IPv6 address in brackets",
                "redis:///1 => host",
                "redis://bot:@host => no password",
                "redis://bot:sec ret@host => percent-encoded",
                "redis://bot:secret%@host => percent-encoded",
                "redis://bot:sec#secret@host => percent-encoded",
                "redis://bot:sec/secret@host => database",
                "redis://bot:secret@host#main => percent-encoded",
                "redis:bot:secret@host => host",
                "redis-socket://secret@host/run/redis.sock => redis-socket:///path",
                "redis-socket:///?secret => redis-socket:///path",
                "redis://bot:secret@host:6379/x?password=secret => database",
                "redis://host?password=secret => may have the parameters",
                "redis://host?sentinelPassword=secret => for redis-sentinel:// only",
                "redis-sentinel://host?sentinelUsername=secret#main => no sentinelPassword",
                "redis-sentinel://host?sentinelpassword=secret#main => may have the parameters",
                "redis://host?timeout=0s => timeout must be positive",
                "redis://host?timeout=secret => timeout must be positive",
                "redis://host?verifyPeer=secret => verifyPeer must be",
            })
    void refusesWhatItCannotRead(String uri, String why) {
        assertThatThrownBy(() -> RedisUri.parse(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessageContaining(why)
                .message()
                .startsWith("Redis URI ")
                .doesNotContain("secret")
                .doesNotContain("sec ret")
                .doesNotContain("bot");
    }

    /** Wherever a password may have been meant, nothing is shown. */
    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "redis://:secret => redis://***",
                "redis://bot:secret => redis://***",
                "redis:secret => redis:***",
                "redis:bot:secret@host => redis:***",
                "redis://host/secret => redis://host***",
                "redis://host:7000/secret => redis://host:7000***",
                "redis://host#secret => redis://host***",
                "redis://host?secret => redis://host***",
                "redis://bot:secret@host:7000/x => redis://***@host:7000***",
                "redis://bot:123/secret@host/x => redis://***",
                "redis://bot:123#secret@host => redis://***",
                "redis://host/1?password=secret@host => redis://***",
                "rediss-sentinel://bot:secret@h1,h2:26380/x#main => rediss-sentinel://***@h1,h2:26380***",
                "redis-sentinel://h1/secret#main => redis-sentinel://h1***",
                "redis-socket:secret => redis-socket:***",
                "redis-socket://secret => redis-socket://secret",
                "redis://:secret@[::1]:7000/x => redis://***@[::1]:7000***",
                "secret => ***",
                "secret:6379 => ***",
                "http://secret/ => ***",
                "://secret@host => ***",
                "redis://host/\u0000secret => redis://host***",
            })
    void showsOnlySchemeHostsAndPortsOfWhatItCannotRead(String uri, String shown) {
        assertThatThrownBy(() -> RedisUri.parse(uri.replace("\\u0000", "\u0000")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessageStartingWith("Redis URI \"" + shown + "\": ");
    }

    /** They come from files with secrets. */
    @Test
    void lineBreaksAtTheEndAreNotMeant() {
        assertThat(RedisUri.parse(" redis://:secret@host/1\r\n")).hasToString("redis://host:6379/1");
        assertThat(RedisUri.parse("redis://bot:secret%0A@host").password()).contains("secret");
        RedisUri uri = RedisUri.builder()
                .node("[::1]\n", 7000)
                .credentials("bot\n", "secret\n")
                .build();
        assertThat(uri.nodes()).containsExactly(new Node("::1", 7000));
        assertThat(uri.user()).contains("bot");
        assertThat(uri.password()).contains("secret");
        assertThatThrownBy(() -> RedisUri.builder().password("\n")).hasMessageContaining("only of line breaks");
    }

    @Test
    void anAddressIsTheSameNodeWithBracketsAsWithout() {
        assertThat(new Node("[::1]", 7000)).isEqualTo(new Node("::1", 7000)).hasToString("[::1]:7000");
    }

    @Test
    void refusesPartsThatCannotBe() {
        RedisUri.Builder builder = RedisUri.builder();
        assertThatThrownBy(() -> builder.node("", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.node("host", 65_536)).hasMessageContaining("65536");
        assertThatThrownBy(() -> builder.database(-1)).hasMessageContaining("-1");
        assertThatThrownBy(() -> builder.timeout(Duration.ZERO)).hasMessageContaining("PT0S");
        assertThatThrownBy(builder::build).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.node("host", 1).socket("/s").build())
                .isInstanceOf(IllegalArgumentException.class);
    }
}
