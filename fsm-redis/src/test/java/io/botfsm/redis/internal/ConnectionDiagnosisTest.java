package io.botfsm.redis.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.storage.StorageRefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ConnectionDiagnosisTest {
    /** Sentinels of Redis and of Valkey 8. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis_version:7.0.15\r\nredis_mode:sentinel\r\n",
                "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\nserver_mode:sentinel\r\n"
            })
    void aSentinelIsRecognized(String info) throws IOException {
        try (ServerSocket sentinel = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var unused = CompletableFuture.runAsync(() -> answer(sentinel, "# Server\r\n" + info));
            Node node = new Node("127.0.0.1", sentinel.getLocalPort());
            ConnectionDiagnosis diagnosis = new ConnectionDiagnosis(List.of(node), false, false, Duration.ofSeconds(2));

            assertThatThrownBy(() -> diagnosis.explain(ConnectionDiagnosisTest::connect))
                    .isInstanceOf(StorageRefusedException.class)
                    .hasMessageStartingWith("refused: a Sentinel listens at " + node);
        }
    }

    private static Void connect() {
        throw new StorageRefusedException(
                "refused", RedisPortException.ofServerError("ERR unknown command 'SELECT', with args beginning with:"));
    }

    private static void answer(ServerSocket sentinel, String info) {
        try (Socket client = sentinel.accept()) {
            String reply = "$" + info.length() + "\r\n" + info + "\r\n";
            client.getOutputStream().write(reply.getBytes(UTF_8));
            client.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
