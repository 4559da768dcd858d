package io.botfsm.redis.jedis;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.TestAuthority;
import io.botfsm.redis.testkit.TestAuthority.Signed;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** A real server behind TLS, with a certificate of a private authority. */
@Timeout(120)
class TlsTest {
    @TempDir
    private static Path ours;

    private static TestAuthority authority;
    private static RedisServerProcess server;
    private static int port;

    @BeforeAll
    static void start() {
        authority = new TestAuthority(ours, "ours");
        Signed signed = authority.sign("server");
        port = RedisServerProcess.freePort();
        server = RedisServerProcess.start(
                "tls-port " + port,
                "tls-cert-file " + signed.certificate(),
                "tls-key-file " + signed.key(),
                "tls-ca-cert-file " + authority.certificate(),
                "tls-auth-clients no");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static ConnectionPool poolOf(String host) {
        return pool(authority, host, port);
    }

    /** A pool of a user who trusts an authority. */
    static ConnectionPool pool(TestAuthority trusted, String host, int port) {
        return new ConnectionPool(new HostAndPort(host, port), config(trusted), bounded());
    }

    private static JedisClientConfig config(TestAuthority trusted) {
        return DefaultJedisClientConfig.builder()
                .socketTimeoutMillis(2_000)
                .sslOptions(SslOptions.builder()
                        .truststore(trusted.keyStore().toFile(), TestAuthority.PASSWORD.toCharArray())
                        .trustStoreType("PKCS12")
                        .sslVerifyMode(SslVerifyMode.FULL)
                        .build())
                .build();
    }

    private static ConnectionPoolConfig bounded() {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxWait(Duration.ofSeconds(2));
        return pool;
    }

    private static void works(BotRedis redis) {
        StorageKey key = freshKey();
        StateStorage storage = redis.stateStorage();
        applied(storage, key, Mutation.builder().state("A").put("big", "x".repeat(1 << 20)));
        assertThat(read(storage, key).data().get("big")).hasSize(1 << 20);
    }

    @Test
    void withoutCheckingTheServersCertificate() {
        try (BotRedis redis =
                JedisRedis.connect(String.format(Locale.ROOT, "rediss://localhost:%d/1?verifyPeer=NONE", port))) {
            works(redis);
            assertThat(redis).hasToString(String.format(Locale.ROOT, "BotRedis[rediss://localhost:%d/1]", port));
        }
    }

    @Test
    void anAuthorityThatTheUsersClientTrusts() {
        try (ConnectionPool pool = poolOf("localhost");
                BotRedis redis = JedisRedis.connect(pool)) {
            works(redis);
        }
    }

    @Test
    void aPrivateAuthorityIsTrustedByNobody() {
        assertThatThrownBy(() -> JedisRedis.connect("rediss://bot:secret@localhost:" + port))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("rediss://localhost:" + port)
                .hasMessageContaining("certification path")
                .message()
                .doesNotContain("secret");
    }

    @Test
    void aCertificateOfAnotherHostIsNotTrusted() {
        try (ConnectionPool pool = poolOf("127.0.0.1")) {
            assertThatThrownBy(() -> JedisRedis.connect(pool))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining("No subject alternative name");
        }
    }

    /** The pool uses TLS already, and was not opened with a URI. */
    @Test
    void aUsersPoolThatTalksTlsIsNotAdvisedTo() {
        AtomicInteger asked = new AtomicInteger();
        ConnectionPool failing = new ConnectionPool(new HostAndPort("localhost", port), config(authority), bounded()) {
            @Override
            public Connection getResource() {
                if (asked.incrementAndGet() > 1) { // the first one is only inspected
                    throw new JedisConnectionException("failing");
                }
                return super.getResource();
            }
        };
        try (failing) {
            assertThatThrownBy(() -> JedisRedis.connect(failing))
                    .isInstanceOf(StorageUnavailableException.class)
                    .message()
                    .doesNotContain("rediss://");
        }
    }

    /** Another attempt may succeed. */
    @Test
    void aHandshakeThatIsCutOffIsUnavailable() {
        try (FaultyProxy resetting = new FaultyProxy("127.0.0.1", RedisServerProcess.freePort())) {
            assertThatThrownBy(() -> JedisRedis.connect("rediss://127.0.0.1:" + resetting.port()))
                    .isInstanceOf(StorageUnavailableException.class);
            assertThat(resetting.accepted()).isPositive();
        }
    }

    @Test
    void plainTextToATlsPortIsUnavailable() {
        assertThatThrownBy(() -> JedisRedis.builder(String.format(Locale.ROOT, "redis://localhost:%d", port))
                        .commandTimeout(Duration.ofMillis(500))
                        .connect())
                .isInstanceOf(StorageUnavailableException.class);
    }
}
