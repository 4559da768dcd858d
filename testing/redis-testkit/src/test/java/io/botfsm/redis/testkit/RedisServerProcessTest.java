package io.botfsm.redis.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RedisServerProcessTest {
    @Test
    void comesBackOnTheSamePortWithItsData() {
        try (RedisServerProcess server = RedisServerProcess.start("appendonly yes", "appendfsync always")) {
            int port = server.port();
            try (RespConnection redis = server.connect()) {
                redis.call("SET", "k", "v");
            }

            server.kill();
            assertThatThrownBy(server::connect).isInstanceOf(UncheckedIOException.class);
            server.startAgain();

            assertThat(server.port()).isEqualTo(port);
            try (RespConnection redis = server.connect()) {
                assertThat(redis.text("GET", "k")).isEqualTo("v");
            }
        }
    }

    @Test
    void isSilentWhileSuspended() throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start();
                RespConnection redis = server.connect()) {
            server.suspend();
            CompletableFuture<Object> pong = CompletableFuture.supplyAsync(() -> redis.call("PING"));
            assertThatThrownBy(() -> pong.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

            server.resume();
            assertThat((byte[]) pong.get(10, TimeUnit.SECONDS)).isEqualTo("PONG".getBytes(UTF_8));
        }
    }

    @Test
    void leavesNothingBehind() {
        RedisServerProcess server = RedisServerProcess.start();
        server.close();

        assertThat(Files.exists(server.directory())).isFalse();
        assertThatThrownBy(server::connect).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void tellsWhyAServerDidNotStart() {
        assertThatThrownBy(() -> RedisServerProcess.start("no-such-setting 1"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no-such-setting");
    }

    /** A JVM that is killed cannot run any hook. */
    @Test
    void diesWithAKilledJvm() throws Exception {
        Process jvm = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StartsAServer.class.getName())
                .start();
        int port = Integer.parseInt(jvm.inputReader(UTF_8).readLine());
        new RespConnection("127.0.0.1", port).close();

        jvm.destroyForcibly();

        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThatThrownBy(() -> new RespConnection("127.0.0.1", port))
                        .isInstanceOf(UncheckedIOException.class));
    }

    static final class StartsAServer {
        private StartsAServer() {}

        public static void main(String[] args) throws Exception {
            System.out.println(RedisServerProcess.start().port());
            TimeUnit.MINUTES.sleep(1); // until it is killed
        }
    }
}
