package io.botfsm.redis.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FaultyProxyTest {
    private final String key = "proxy:" + UUID.randomUUID();
    private FaultyProxy proxy;
    private RespConnection through;
    private RespConnection direct;

    @BeforeEach
    void open() {
        proxy = new FaultyProxy(RedisServers.shared());
        through = new RespConnection("127.0.0.1", proxy.port());
        through.call("PING"); // the proxy has accepted it
        direct = RedisServers.shared().connect();
    }

    @AfterEach
    void close() {
        through.close();
        proxy.close();
        direct.call("DEL", key);
        direct.close();
    }

    @Test
    void passesBothWays() {
        through.call("SET", key, "v");
        assertThat(through.text("GET", key)).isEqualTo("v");
        assertThat(proxy.accepted()).isEqualTo(1);
    }

    @Test
    void delaysEachDirection() {
        proxy.delay(Duration.ofMillis(100));
        long begin = System.nanoTime();
        through.call("PING");
        assertThat(System.nanoTime() - begin)
                .isGreaterThan(Duration.ofMillis(200).toNanos());
    }

    @Test
    void dropsRepliesButDeliversRequests() {
        proxy.dropReplies();
        CompletableFuture<Object> reply = CompletableFuture.supplyAsync(() -> through.call("INCR", key));

        Awaitility.await().until(() -> direct.text("GET", key).equals("1"));
        assertThatThrownBy(() -> reply.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
    }

    @Test
    void blackholeDeliversNothingEvenWhenHealed() {
        proxy.blackhole();
        CompletableFuture<Object> reply = CompletableFuture.supplyAsync(() -> through.call("INCR", key));
        assertThatThrownBy(() -> reply.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

        proxy.heal();
        assertThatThrownBy(() -> reply.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(direct.call("GET", key)).isNull();
        try (RespConnection fresh = new RespConnection("127.0.0.1", proxy.port())) {
            assertThat((byte[]) fresh.call("PING")).isEqualTo("PONG".getBytes(UTF_8));
        }
    }

    @Test
    void holdsAndDeliversWhenHealed() throws Exception {
        proxy.hold();
        CompletableFuture<Object> reply = CompletableFuture.supplyAsync(() -> through.call("INCR", key));
        assertThatThrownBy(() -> reply.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(direct.call("GET", key)).isNull();

        proxy.heal();
        assertThat(reply.get(10, TimeUnit.SECONDS)).isEqualTo(1L);
    }

    @Test
    void holdsOpenConnectionsOnly() throws Exception {
        proxy.holdOpenOnes();
        CompletableFuture<Object> reply = CompletableFuture.supplyAsync(() -> through.call("INCR", key));
        try (RespConnection fresh = new RespConnection("127.0.0.1", proxy.port())) {
            assertThat(fresh.call("GET", key)).isNull();
        }
        assertThat(reply).isNotDone();

        proxy.heal();
        assertThat(reply.get(10, TimeUnit.SECONDS)).isEqualTo(1L);
    }

    @Test
    void cutsAndRefusesUntilHealed() {
        proxy.cut();
        assertThatThrownBy(() -> through.call("PING")).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> new RespConnection("127.0.0.1", proxy.port()))
                .isInstanceOf(UncheckedIOException.class);

        proxy.heal();
        new RespConnection("127.0.0.1", proxy.port()).close();
    }

    @Test
    void resetsButAcceptsAgain() {
        proxy.reset();
        assertThatThrownBy(() -> through.call("PING")).isInstanceOf(UncheckedIOException.class);
        new RespConnection("127.0.0.1", proxy.port()).close();
    }

    @Test
    void leadsNewConnectionsElsewhere() {
        through.call("SET", key, "v");
        try (RedisServerProcess other = RedisServerProcess.start()) {
            proxy.redirect(other);
            assertThat(through.text("GET", key)).isEqualTo("v");
            try (RespConnection fresh = new RespConnection("127.0.0.1", proxy.port())) {
                assertThat(fresh.call("GET", key)).isNull();
            }
        }
    }
}
