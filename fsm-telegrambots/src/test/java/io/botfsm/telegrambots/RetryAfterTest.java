package io.botfsm.telegrambots;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.botfsm.Fsm;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.BotRequest;
import io.botfsm.telegram.testing.Fault;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Waits that Telegram would not state, but a proxy or a local server might. */
@Timeout(60)
class RetryAfterTest {
    private static final BotToken TOKEN = BotToken.of("7:secret");

    @ParameterizedTest
    @CsvSource({
        "0, 1",
        "-5, 1",
        "0.2, 1",
        "7, 7",
        "7.5, 8",
        "300, 300",
        "301, 300",
        "9223372036854775807, 300",
        "-9223372036854775808, 1",
        "9223372036854775808, 300",
        "1e300, 300",
        "-1e300, 1"
    })
    void aPollWaitsASecondToFiveMinutes(String retryAfter, long seconds) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = ("{\"ok\":false,\"error_code\":429,\"description\":\"no\",\"parameters\":{\"retry_after\":"
                            + retryAfter + "}}")
                    .getBytes(UTF_8);
            exchange.sendResponseHeaders(429, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
            GetUpdatesResult result = new GetUpdatesClient(uri, TOKEN)
                    .getUpdates(OptionalLong.empty(), 1, Duration.ZERO, List.of())
                    .await();
            assertThat(result)
                    .isInstanceOfSatisfying(
                            GetUpdatesResult.Refused.class,
                            refused -> assertThat(refused.retryAfter()).hasValue(Duration.ofSeconds(seconds)));
        } finally {
            server.stop(0);
        }
    }

    /** It does not poll again and again without a pause. */
    @Test
    void pollsAgainAfterASecondAtTheEarliest() throws Exception {
        try (BotApiDouble telegram = BotApiDouble.start()) {
            telegram.next("getUpdates", Fault.tooManyRequests(0));
            telegram.next("getUpdates", Fault.tooManyRequests(-5));
            telegram.user(1).says("hello");
            ManualLease lease = new ManualLease();
            PollingSession session = PollingSession.builder(BotToken.of(telegram.token()))
                    .server(telegram.uri())
                    .start(lease, Fsm.of(new MemoryStateStorage()), (fsm, key, update) -> {});
            Awaitility.await().until(() -> telegram.unconfirmedUpdates() == 0);
            session.stopPolling();
            List<BotRequest> requests = telegram.requests();
            for (int i = 0; i < 2; i++) {
                assertThat(Duration.ofNanos(requests.get(i + 1).begunNanos()
                                - requests.get(i).begunNanos()))
                        .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            }
        }
    }
}
