package io.botfsm.examples.onboarding.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.botfsm.examples.onboarding.RedisProcesses;
import io.botfsm.redis.testkit.RespConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EmbeddedRedisTest {
    private Path data;
    private RedisProcesses servers;

    @BeforeEach
    void nameFolder(@TempDir Path temporary) throws IOException {
        data = temporary.toRealPath().resolve("data of a bot");
        servers = new RedisProcesses(data);
    }

    @AfterEach
    void killServers() {
        servers.kill();
    }

    @Test
    void runsWhileItIsUsed() throws IOException {
        try (EmbeddedRedis redis = EmbeddedRedis.join(data)) {
            assertThat(ask(redis, "PING")).isEqualTo("PONG");
            assertThat(servers.running()).hasSize(1);
        }
        assertThat(servers.running()).isEmpty();
    }

    @Test
    void isLeftOnce() throws IOException {
        EmbeddedRedis redis = EmbeddedRedis.join(data);
        redis.close();
        try (EmbeddedRedis next = EmbeddedRedis.join(data)) {
            redis.close();

            assertThat(ask(next, "PING")).isEqualTo("PONG");
        }
    }

    @Test
    void hasWrittenToDiskWhatItHasAnswered() throws IOException {
        try (EmbeddedRedis redis = EmbeddedRedis.join(data)) {
            ask(redis, "SET", "a", "1");
            servers.kill();
        }
        try (EmbeddedRedis redis = EmbeddedRedis.join(data)) {
            assertThat(ask(redis, "GET", "a")).isEqualTo("1");
        }
    }

    @Test
    void comesBackOnTheSamePortWhenItIsRevived() throws IOException {
        try (EmbeddedRedis redis = EmbeddedRedis.join(data)) {
            servers.kill();

            redis.revive();

            assertThat(ask(redis, "PING")).isEqualTo("PONG");
        }
        assertThat(servers.running()).isEmpty();
    }

    @Test
    void isNotStartedAnewWhenItIsRevivedAlive() throws IOException {
        try (EmbeddedRedis redis = EmbeddedRedis.join(data)) {
            long before = servers.only().pid();

            redis.revive();

            assertThat(servers.only().pid()).isEqualTo(before);
        }
    }

    @Test
    void leavesAPortToTheProgramThatHasTakenIt() throws IOException {
        try (EmbeddedRedis redis = EmbeddedRedis.join(data)) {
            ask(redis, "SET", "a", "1");
        }
        try (ServerSocket silent = new ServerSocket(lastPort(), 5, InetAddress.getLoopbackAddress());
                EmbeddedRedis redis = EmbeddedRedis.join(data)) {
            assertThat(redis.port()).isNotEqualTo(silent.getLocalPort());
            assertThat(ask(redis, "GET", "a")).isEqualTo("1");
        }
    }

    @Test
    void isNotTheRedisOfAnotherFolder(@TempDir Path other) throws IOException {
        Path copy = other.toRealPath();
        try (EmbeddedRedis redis = EmbeddedRedis.join(data)) {
            Files.copy(data.resolve("redis.conf"), copy.resolve("redis.conf"));
            try (EmbeddedRedis second = EmbeddedRedis.join(copy)) {
                assertThat(second.port()).isNotEqualTo(redis.port());
            }
            assertThat(ask(redis, "PING")).isEqualTo("PONG");
        }
    }

    @Test
    void isNotStartedTwiceWhenItIsSlow() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.join(data)) {
            servers.signal("STOP");
            CompletableFuture<Void> revival = CompletableFuture.runAsync(() -> revive(redis));
            // Longer than the timeout of one command.
            await().during(Duration.ofMillis(2_500))
                    .until(() -> !revival.isDone() && servers.running().size() == 1);
            servers.signal("CONT");

            assertThat(revival).succeedsWithin(Duration.ofSeconds(20));
            assertThat(servers.running()).hasSize(1);
        }
    }

    @Test
    @Timeout(10) // at once, not when patience ends
    void saysWhyItDoesNotStart() throws IOException {
        Files.createDirectories(data.resolve("appendonlydir"));
        Files.writeString(data.resolve("appendonlydir").resolve("appendonly.aof.manifest"), "nonsense\n");

        assertThatThrownBy(() -> EmbeddedRedis.join(data))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("The embedded Redis in " + data + " did not start. The end of its log:")
                .hasMessageContaining("FATAL AOF MANIFEST FILE ERROR");
        assertThat(servers.running()).isEmpty();
    }

    @Test
    void saysThatAFolderIsNone(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> EmbeddedRedis.join(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("The data folder " + file + " cannot be used:");
    }

    @Test
    void startsAfterAStartThatWasInterrupted() throws IOException {
        Files.createDirectories(data);
        Files.writeString(data.resolve("redis.conf"), "");
        Files.writeString(data.resolve("redis.log"), "");

        try (EmbeddedRedis redis = EmbeddedRedis.join(data)) {
            assertThat(ask(redis, "PING")).isEqualTo("PONG");
        }
    }

    private int lastPort() throws IOException {
        return Files.readAllLines(data.resolve("redis.conf")).stream()
                .filter(line -> line.startsWith("port "))
                .mapToInt(line -> Integer.parseInt(line.substring("port ".length())))
                .findFirst()
                .orElseThrow();
    }

    private static void revive(EmbeddedRedis redis) {
        try {
            redis.revive();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String ask(EmbeddedRedis redis, String... words) {
        try (RespConnection connection = new RespConnection("127.0.0.1", redis.port())) {
            return connection.text(words);
        }
    }
}
