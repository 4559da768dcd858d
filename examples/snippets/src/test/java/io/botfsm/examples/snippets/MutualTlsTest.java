package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.testkit.RedisServerProcess;
import io.botfsm.redis.testkit.TestAuthority;
import io.botfsm.redis.testkit.TestAuthority.Signed;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/operate/redis.md shows of TLS, against a real Redis that asks for the client's certificate. */
class MutualTlsTest {
    @TempDir
    private Path directory;

    private static RedisClient client(File authority, File certificate, File key) {
        // snippet: mutual-tls
        RedisClient client = RedisClient.create(); // once, at start; shut it down at the end
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(Duration.ofSeconds(2)))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(Duration.ofSeconds(1))
                        .build())
                .sslOptions(SslOptions.builder()
                        .trustManager(authority) // your authority's certificate
                        .keyManager(certificate, key, new char[0]) // this bot's own; left out where Redis asks for none
                        .build())
                .build());
        // end
        return client;
    }

    @Test
    void connectsOnlyWhereBothSidesAreTrusted() throws Exception {
        TestAuthority authority = new TestAuthority(directory, "authority");
        TestAuthority foreign = new TestAuthority(Files.createDirectory(directory.resolve("foreign")), "foreign");
        Signed server = authority.sign("server");
        Signed bot = authority.sign("bot");
        Signed stranger = foreign.sign("stranger");
        int port = RedisServerProcess.freePort();
        RedisURI uri = RedisURI.create("rediss://localhost:" + port);
        RedisClient client = client(
                authority.certificate().toFile(),
                bot.certificate().toFile(),
                bot.key().toFile());
        RedisServerProcess redis = RedisServerProcess.start(
                "tls-port " + port,
                "tls-cert-file " + server.certificate(),
                "tls-key-file " + server.key(),
                "tls-ca-cert-file " + authority.certificate());
        try (BotRedis connected = LettuceRedis.connect(client, uri)) {
            StorageKey key = StorageKey.bot(1).chat(2).user(3).build();
            assertThat(connected
                            .stateStorage()
                            .read(key)
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS)
                            .version())
                    .isZero();
            for (RedisClient refused : List.of(
                    client(
                            foreign.certificate().toFile(),
                            bot.certificate().toFile(),
                            bot.key().toFile()),
                    client(
                            authority.certificate().toFile(),
                            stranger.certificate().toFile(),
                            stranger.key().toFile()))) {
                assertThatThrownBy(() -> LettuceRedis.connect(refused, uri)).isInstanceOf(FsmException.class);
                refused.shutdown(Duration.ZERO, Duration.ofSeconds(1));
            }
        } finally {
            redis.close();
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }
}
