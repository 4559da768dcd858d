package io.botfsm.redis.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServers;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The number that tells connections apart, on which it depends what a new server is believed to remember. */
@Timeout(60)
class LiveConnectionTest {
    private final RedisClient client = RedisClient.create();
    private final CompletableFuture<StatefulRedisConnection<byte[], byte[]>> next = new CompletableFuture<>();
    private final AtomicInteger replaced = new AtomicInteger();
    private FaultyProxy proxy;
    private StatefulRedisConnection<byte[], byte[]> first;
    private LiveConnection live;

    @BeforeEach
    void connect() {
        client.setOptions(ClientOptions.builder().autoReconnect(true).build());
        proxy = new FaultyProxy(RedisServers.shared());
        first = open();
        live = new LiveConnection(
                "test",
                first,
                () -> next,
                client.getResources().eventExecutorGroup(),
                Duration.ofSeconds(1),
                replaced::incrementAndGet);
        live.start();
    }

    private StatefulRedisConnection<byte[], byte[]> open() {
        return client.connect(ByteArrayCodec.INSTANCE, RedisURI.create(proxy.uri(0)));
    }

    @AfterEach
    void disconnect() {
        live.end();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        proxy.close();
    }

    /** A client that reconnects by itself may reach another server before we do. */
    @Test
    void aConnectionThatWasLostIsAnotherEvenIfItComesBack() {
        long number = live.number();
        proxy.reset();
        Awaitility.await().until(() -> first.isOpen() && live.number() > number);
        assertThat(first.sync().ping()).isEqualTo("PONG");
        assertThat(live.current()).isSameAs(first);
        assertThat(replaced).hasValue(0);
    }

    @Test
    void aConnectionThatTakesItsPlaceIsAnother() {
        live.doubt(first, "not answering");
        long number = live.number();
        StatefulRedisConnection<byte[], byte[]> second = open();
        next.complete(second);
        assertThat(live.current()).isSameAs(second);
        assertThat(live.number()).isGreaterThan(number);
        assertThat(replaced).hasValue(1);
    }

    @Test
    void aConnectionThatStaysIsTheSame() {
        long number = live.number();
        first.sync().ping();
        assertThat(live.number()).isEqualTo(number);
    }
}
