package io.botfsm.redis.lettuce;

import static io.botfsm.redis.lettuce.Calls.applied;
import static io.botfsm.redis.lettuce.Calls.freshKey;
import static io.botfsm.redis.lettuce.Calls.read;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.StorageKey;
import io.botfsm.StorageUnavailableException;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real server behind TLS and behind a Unix socket. */
@Timeout(60)
class TransportsTest {
    private static final String STORE_PASSWORD = "changeit";

    @TempDir
    private static Path directory;

    private static RedisServerProcess server;
    private static int tlsPort;

    @BeforeAll
    static void start() throws Exception {
        Path store = certificate();
        tlsPort = RedisServerProcess.freePort();
        server = RedisServerProcess.start(
                "tls-port " + tlsPort,
                "tls-cert-file " + pem(store, "CERTIFICATE"),
                "tls-key-file " + pem(store, "PRIVATE KEY"),
                "tls-ca-cert-file " + directory.resolve("CERTIFICATE.pem"),
                "tls-auth-clients no",
                "unixsocket " + socket(),
                "unixsocketperm 700");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Path socket() {
        return directory.resolve("redis.sock");
    }

    /** A certificate for localhost that nobody has signed. */
    private static Path certificate() throws IOException, InterruptedException {
        Path store = directory.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "redis",
                        "-keyalg",
                        "RSA",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost,ip:127.0.0.1",
                        "-keystore",
                        store.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        STORE_PASSWORD)
                .inheritIO()
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        return store;
    }

    private static Path pem(Path store, String kind) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, STORE_PASSWORD.toCharArray());
        }
        Key key = keys.getKey("redis", STORE_PASSWORD.toCharArray());
        byte[] der = kind.equals("CERTIFICATE") ? keys.getCertificate("redis").getEncoded() : key.getEncoded();
        String text = "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                .formatted(
                        kind, Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der), kind);
        return Files.writeString(directory.resolve(kind.replace(' ', '-') + ".pem"), text);
    }

    private static void worksAndComesBack(LettuceRedis redis) {
        StorageKey key = freshKey();
        StateStorage storage = redis.stateStorage();
        applied(storage, key, Mutation.builder().state("A").put("big", "x".repeat(1 << 20)));
        assertThat(read(storage, key).data().get("big")).hasSize(1 << 20);
        server.kill();
        server.startAgain();
        assertThat(Calls.untilItReads(storage, key)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void tlsWorks() {
        try (LettuceRedis redis = LettuceRedis.connect("rediss://localhost:%d/1?verifyPeer=NONE".formatted(tlsPort))) {
            worksAndComesBack(redis);
            assertThat(redis).hasToString("LettuceRedis[rediss://localhost:%d/1]".formatted(tlsPort));
        }
    }

    @Test
    void tlsTrustsNobodyByItself() {
        assertThatThrownBy(() -> LettuceRedis.connect("rediss://localhost:%d".formatted(tlsPort)))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("rediss://localhost:" + tlsPort)
                .hasMessageContaining("certification path");
    }

    @Test
    void tlsWithACertificateThatTheUsersClientTrusts() {
        RedisClient client = RedisClient.create();
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(Duration.ofSeconds(2)))
                .sslOptions(SslOptions.builder()
                        .trustManager(directory.resolve("CERTIFICATE.pem").toFile())
                        .build())
                .build());
        try (LettuceRedis redis =
                LettuceRedis.using(client, RedisURI.create("rediss://localhost:%d/2".formatted(tlsPort)))) {
            worksAndComesBack(redis);
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    @Test
    void plainTextToATlsPortIsUnavailable() {
        assertThatThrownBy(() -> LettuceRedis.builder("redis://localhost:%d".formatted(tlsPort))
                        .commandTimeout(Duration.ofMillis(500))
                        .connect())
                .isInstanceOf(StorageUnavailableException.class);
    }

    @Test
    void aUnixSocketWorks() {
        try (LettuceRedis redis = LettuceRedis.connect("redis-socket://%s?database=4".formatted(socket()))) {
            worksAndComesBack(redis);
            assertThat(redis).hasToString("LettuceRedis[redis-socket://%s?database=4]".formatted(socket()));
        }
    }

    @Test
    void aUnixSocketThatIsNotThereIsUnavailable() {
        assertThatThrownBy(() -> LettuceRedis.connect("redis-socket:///no/such.sock"))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("/no/such.sock");
    }
}
