package io.botfsm.redis.lettuce;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.freshKey;
import static io.botfsm.redis.client.testing.Calls.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.client.testing.Calls;
import io.botfsm.redis.client.testing.Leases;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.TestAuthority;
import io.botfsm.redis.testkit.TestAuthority.Signed;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real servers behind TLS, with certificates of a private authority; one of them asks clients for theirs. */
@Timeout(120)
class TlsTest {
    @TempDir
    private static Path ours;

    @TempDir
    private static Path others;

    private static TestAuthority authority;
    private static TestAuthority otherAuthority;
    private static Signed clientOfOurs;
    private static Signed clientOfOthers;
    private static RedisServerProcess open;
    private static RedisServerProcess mutual;
    private static int openPort;
    private static int mutualPort;

    private final List<RedisClient> clients = new ArrayList<>();

    @BeforeAll
    static void start() {
        authority = new TestAuthority(ours, "ours");
        otherAuthority = new TestAuthority(others, "others");
        Signed server = authority.sign("server");
        clientOfOurs = authority.sign("client");
        clientOfOthers = otherAuthority.sign("client");
        openPort = RedisServerProcess.freePort();
        open = start(openPort, server, "no");
        mutualPort = RedisServerProcess.freePort();
        mutual = start(mutualPort, server, "yes");
    }

    private static RedisServerProcess start(int port, Signed server, String authenticatesClients) {
        return RedisServerProcess.start(
                "tls-port " + port,
                "tls-cert-file " + server.certificate(),
                "tls-key-file " + server.key(),
                "tls-ca-cert-file " + authority.certificate(),
                "tls-auth-clients " + authenticatesClients);
    }

    @AfterAll
    static void stop() {
        open.close();
        mutual.close();
    }

    @AfterEach
    void shutDown() {
        clients.forEach(client -> client.shutdown(Duration.ZERO, Duration.ofSeconds(1)));
    }

    private RedisClient client(SslOptions.Builder ssl) {
        RedisClient client = RedisClient.create();
        clients.add(client);
        client.setOptions(options(ssl));
        return client;
    }

    /** The options of a client that is accepted. */
    static ClientOptions options(SslOptions.Builder ssl) {
        return ClientOptions.builder()
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(Duration.ofSeconds(2)))
                .sslOptions(ssl.build())
                .build();
    }

    private static SslOptions.Builder trusting(TestAuthority trusted) {
        return SslOptions.builder().trustManager(trusted.certificate().toFile());
    }

    private static SslOptions.Builder trustingOursAs(Signed client) {
        return trusting(authority)
                .keyManager(client.certificate().toFile(), client.key().toFile(), new char[0]);
    }

    private static RedisURI uri(int port) {
        return RedisURI.create(String.format(Locale.ROOT, "rediss://localhost:%d/2", port));
    }

    private static void worksAndComesBack(BotRedis redis, RedisServerProcess server) {
        StorageKey key = freshKey();
        StateStorage storage = redis.stateStorage();
        applied(storage, key, Mutation.builder().state("A").put("big", "x".repeat(1 << 20)));
        assertThat(read(storage, key).data().get("big")).hasSize(1 << 20);
        server.kill();
        server.startAgain();
        assertThat(Calls.untilItReads(storage, key)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void withoutCheckingTheServersCertificate() {
        try (BotRedis redis =
                LettuceRedis.connect(String.format(Locale.ROOT, "rediss://localhost:%d/1?verifyPeer=NONE", openPort))) {
            worksAndComesBack(redis, open);
            assertThat(redis).hasToString(String.format(Locale.ROOT, "BotRedis[rediss://localhost:%d/1]", openPort));
        }
    }

    @Test
    void anAuthorityThatTheUsersClientTrusts() {
        try (BotRedis redis = LettuceRedis.connect(client(trusting(authority)), uri(openPort))) {
            worksAndComesBack(redis, open);
        }
    }

    @Test
    void aCertificateOfTheClientsThatTheServerAsksFor() {
        RedisClient client = client(trustingOursAs(clientOfOurs));
        try (BotRedis redis = LettuceRedis.connect(client, uri(mutualPort));
                LeaseStore leases = redis.leaseStore()) {
            worksAndComesBack(redis, mutual);
            Leases.untilItAnswers(leases);
            Leases.subscribed(leases, "bot", () -> {}).close();
        }
    }

    @Test
    void aPrivateAuthorityIsTrustedByNobody() {
        fails(StorageRefusedException.class, () -> LettuceRedis.connect(uri(openPort)), openPort, "certification path");
    }

    @Test
    void anotherAuthorityIsNotTrusted() {
        fails(
                StorageRefusedException.class,
                () -> LettuceRedis.connect(client(trusting(otherAuthority)), uri(openPort)),
                openPort,
                "certification path");
    }

    @Test
    void aCertificateOfAnotherHostIsNotTrusted() {
        RedisURI address = RedisURI.create("rediss://127.0.0.1:" + openPort);
        assertThatThrownBy(() -> LettuceRedis.connect(client(trusting(authority)), address))
                .isInstanceOf(StorageRefusedException.class)
                .hasMessageContaining("No subject alternative name");
    }

    @Test
    void aClientWithoutACertificateIsRefused() {
        fails(
                StorageUnavailableException.class,
                () -> LettuceRedis.connect(client(trusting(authority)), uri(mutualPort)),
                mutualPort,
                "certificate");
    }

    @Test
    void aClientWithACertificateOfAnotherAuthorityIsRefused() {
        fails(
                StorageUnavailableException.class,
                () -> LettuceRedis.connect(client(trustingOursAs(clientOfOthers)), uri(mutualPort)),
                mutualPort,
                "unknown_ca");
    }

    /** The failure contains neither keys nor credentials. */
    private static void fails(Class<? extends FsmException> failure, Runnable connecting, int port, String why) {
        assertThatThrownBy(connecting::run)
                .isInstanceOf(failure)
                .hasMessageContaining("rediss://localhost:" + port)
                .hasMessageContaining(why)
                .satisfies(thrown -> {
                    StringWriter text = new StringWriter();
                    thrown.printStackTrace(new PrintWriter(text));
                    assertThat(text.toString())
                            .doesNotContain(TestAuthority.PASSWORD)
                            .doesNotContain("PRIVATE KEY")
                            .doesNotContain(secondLine(clientOfOurs.key()))
                            .doesNotContain(secondLine(clientOfOthers.key()));
                });
    }

    private static String secondLine(Path pem) throws IOException {
        return Files.readAllLines(pem).get(1);
    }

    /** Another attempt may succeed. */
    @Test
    void aHandshakeThatIsCutOffIsUnavailable() {
        try (FaultyProxy resetting = new FaultyProxy("127.0.0.1", RedisServerProcess.freePort())) {
            assertThatThrownBy(() -> LettuceRedis.connect("rediss://127.0.0.1:" + resetting.port()))
                    .isInstanceOf(StorageUnavailableException.class);
            assertThat(resetting.accepted()).isPositive();
        }
    }

    @Test
    void plainTextToATlsPortIsUnavailable() {
        assertThatThrownBy(() -> LettuceRedis.builder(String.format(Locale.ROOT, "redis://localhost:%d", openPort))
                        .commandTimeout(Duration.ofMillis(500))
                        .connect())
                .isInstanceOf(StorageUnavailableException.class);
    }
}
