package io.botfsm.redis.client.testing;

import static io.botfsm.redis.client.testing.Calls.applied;
import static io.botfsm.redis.client.testing.Calls.freshKey;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.conformance.internal.Crowd;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.RespConnection;
import io.botfsm.redis.testkit.TestAuthority;
import io.botfsm.redis.testkit.TestAuthority.Signed;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Addresses that are written unusually, or lead to something other than they say, through one of the clients. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class AddressSuite {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final ClientInTest client;
    private RedisServerProcess master;
    private RedisServerProcess tls;
    private int tlsPort;

    protected AddressSuite(ClientInTest client) {
        this.client = client;
    }

    @BeforeAll
    void start(@TempDir Path directory) {
        master = RedisServerProcess.start();
        TestAuthority authority = new TestAuthority(directory, "ours");
        Signed signed = authority.sign("server");
        tlsPort = RedisServerProcess.freePort();
        tls = RedisServerProcess.start(
                "tls-port " + tlsPort,
                "tls-cert-file " + signed.certificate(),
                "tls-key-file " + signed.key(),
                "tls-ca-cert-file " + authority.certificate());
    }

    @AfterAll
    void stop() {
        tls.close();
        master.close();
    }

    /** IPv6 addresses that stand for an IPv4 address, so that any machine has them. */
    @Test
    void theHostOfTheEnvironmentIsReached() {
        try (RespConnection admin = master.connect()) {
            admin.call("CONFIG", "SET", "requirepass", "secret");
            for (String host :
                    List.of("::ffff:127.0.0.1", "[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]\n", " 127.0.0.1\r\n")) {
                Map<String, String> variables = Map.of(
                        "REDIS_FSM_HOST",
                        host,
                        "REDIS_FSM_PORT",
                        master.port() + "\n",
                        "REDIS_FSM_PASSWORD",
                        "secret\n");
                try (BotRedis redis = client.fromEnvironment(variables)) {
                    applied(redis.stateStorage(), freshKey(), Mutation.builder().state("A"));
                }
            }
            admin.call("CONFIG", "SET", "requirepass", "");
        }
    }

    @Test
    void theServiceThatKubernetesAnnouncesIsReached() {
        String announced = String.format(Locale.ROOT, "tcp://127.0.0.1:%d", master.port());
        for (Map<String, String> variables : List.of(
                Map.of("REDIS_FSM_PORT", announced),
                Map.of("REDIS_FSM_PORT", "tcp://10.0.0.11:6379", "REDIS_FSM_URL", master.uri(0) + "\n"))) {
            try (BotRedis redis = client.fromEnvironment(variables)) {
                applied(redis.stateStorage(), freshKey(), Mutation.builder().state("A"));
            }
        }
    }

    /** Even a replica that accepts writes, since it loses them at the next synchronization. */
    @Test
    void aReplicaIsRefused() {
        aReplicaIsRefused("replica-read-only yes");
        aReplicaIsRefused("replica-read-only no");
    }

    private void aReplicaIsRefused(String setting) {
        String replicaOf = String.format(Locale.ROOT, "replicaof %s %d", master.host(), master.port());
        try (RedisServerProcess replica = RedisServerProcess.start(replicaOf, setting)) {
            assertThatThrownBy(() -> client.connect(replica.uri(0)))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining(
                            replica.uri(0).replace("/0", "") + " is a replica of 127.0.0.1:" + master.port())
                    .hasMessageContaining(": name the master, or its Sentinels as in redis-sentinel://")
                    .hasMessageContaining("if a failover is in progress, start again");
            assertThatThrownBy(() -> client.leaseStore(replica.uri(0), TIMEOUT))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageContaining("is a replica");
        }
    }

    @Test
    void tlsToAPortWithoutTlsIsNamed() {
        String address = "127.0.0.1:" + master.port();
        List<String> uris = List.of(
                "rediss://" + address,
                "rediss://bot:secret@" + address + "/1",
                "rediss://" + address + "?verifyPeer=NONE",
                "rediss://127.0.0.1:" + master.port() + "," + address);
        Crowd.of(
                uris.size(),
                index -> assertThatThrownBy(() -> client.connect(uris.get(index)))
                        .isInstanceOf(StorageUnavailableException.class)
                        .hasMessageContaining(address + " answers without TLS: write redis:// instead of rediss://")
                        .message()
                        .doesNotContain("secret"));
        assertThatThrownBy(() -> client.leaseStore("rediss://" + address, TIMEOUT))
                .hasMessageContaining("answers without TLS");
    }

    @Test
    void plainTextToAPortWithTlsIsNamed() {
        String address = "localhost:" + tlsPort;
        for (String uri : List.of("redis://" + address, "redis://bot:secret@" + address + "/1")) {
            assertThatThrownBy(() -> client.connect(uri, TIMEOUT))
                    .isInstanceOf(StorageUnavailableException.class)
                    .hasMessageContaining(address + " answers with TLS: write rediss:// instead of redis://")
                    .message()
                    .doesNotContain("secret");
        }
        assertThatThrownBy(() -> client.leaseStore("redis://" + address, TIMEOUT))
                .hasMessageContaining("answers with TLS");
    }

    @Test
    void aServerThatIsNoRedisIsNamed() throws IOException {
        try (ServerSocket web = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> answerAll(web), "web");
            server.setDaemon(true);
            server.start();
            for (String scheme : List.of("redis", "rediss")) {
                String uri = String.format(Locale.ROOT, "%s://127.0.0.1:%d", scheme, web.getLocalPort());
                assertThatThrownBy(() -> client.connect(uri, TIMEOUT))
                        .isInstanceOf(StorageUnavailableException.class)
                        .hasMessageContaining("127.0.0.1:" + web.getLocalPort() + " does not answer as Redis does");
            }
        }
    }

    private static void answerAll(ServerSocket web) {
        while (!web.isClosed()) {
            try (Socket client = web.accept()) {
                client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
                client.shutdownOutput();
                assertThat(client.getInputStream().read()).isGreaterThan(-2); // the request, or the end
            } catch (IOException e) {
                // The client has gone, or the test is over.
            }
        }
    }

    /** Nothing is known about the address, so the message gives no hint. */
    @Test
    void anAddressWhereNobodyListensGetsNoHint() {
        int port = RedisServerProcess.freePort();
        for (String scheme : List.of("redis", "rediss")) {
            assertThatThrownBy(() ->
                            client.connect(String.format(Locale.ROOT, "%s://127.0.0.1:%d", scheme, port), TIMEOUT))
                    .isInstanceOf(StorageUnavailableException.class)
                    .message()
                    .doesNotContain("answer");
        }
    }
}
