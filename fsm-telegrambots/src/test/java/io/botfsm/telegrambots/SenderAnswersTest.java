package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;

/** Responses that the double does not send, to the default client of a {@link TelegramRunner}. */
@Timeout(60)
class SenderAnswersTest {
    private static final String TAKEN =
            "{\"ok\": true, \"result\": {\"message_id\": 1, \"date\": 1, \"chat\": {\"id\": 1, \"type\": \"private\"}}}";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private Function<String, String> telegram = request -> TAKEN;
    private final HttpServer server = server();
    private final DefaultTelegramClient client = new DefaultTelegramClient(
            BotToken.of("7:secret"),
            URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    private final TelegramSender sender = TelegramSender.of(client.client());

    private HttpServer server() {
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            http.setExecutor(threads);
            http.createContext("/", exchange -> {
                try (exchange) {
                    String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                    requests.add(request);
                    byte[] answer = telegram.apply(request).getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                }
            });
            http.start();
            return http;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void close() {
        client.close();
        server.stop(0);
        threads.shutdownNow();
    }

    /** Such as a kind of content that this version of TelegramBots does not have. */
    @Test
    void aMessageWhoseAnswerCannotBeReadWasTaken() throws Exception {
        telegram = request -> TAKEN.replace("\"date\": 1", "\"date\": []");

        assertThat(sender.send(1, "a".repeat(5000))).isEmpty();
        assertThat(requests).as("both parts, each once").hasSize(2);
        assertThat(sender.deliver(new SendMessage("1", "hello")).isTaken()).isTrue();
        assertThat(sender.sent()).isEqualTo(3);
        assertThat(sender.dropped()).isZero();
    }

    @Test
    void anAnswerThatIsNoneOfTelegramsIsAFailure() {
        for (String other : List.of("<html>Bad Gateway</html>", "{\"ok\": []}", "")) {
            telegram = request -> other;
            assertThatThrownBy(() -> sender.send(1, "hello")).isInstanceOf(TelegramApiException.class);
        }
        assertThat(sender.sent()).isZero();
    }

    @Test
    void aMessageToAGroupThatHasBecomeASupergroupIsSentThere() throws Exception {
        telegram = request -> request.contains("\"-5\"")
                ? "{\"ok\": false, \"error_code\": 400, \"description\": \"Bad Request: group chat was upgraded to a"
                        + " supergroup chat\", \"parameters\": {\"migrate_to_chat_id\": -1005}}"
                : TAKEN;

        assertThat(sender.send(-5, "hello")).isPresent();
        assertThat(requests).hasSize(2).last().asString().contains("\"-1005\"", "hello");
    }

    @Test
    void aChatThatMovesAgainAndAgainIsFollowedOnce() {
        telegram = request -> "{\"ok\": false, \"error_code\": 400, \"description\": \"Bad Request\","
                + " \"parameters\": {\"migrate_to_chat_id\": -1005}}";

        assertThatThrownBy(() -> sender.send(-5, "hello")).isInstanceOf(TelegramApiException.class);
        assertThat(requests).hasSize(2);
    }

    /** OkHttp has a limit of 5 calls to one server unless it is raised. */
    @Test
    void chatsDoNotWaitForEachOther() {
        CountDownLatch all = new CountDownLatch(20);
        telegram = request -> {
            all.countDown();
            try {
                all.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return TAKEN;
        };
        List<CompletableFuture<Void>> sends = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            int chat = i;
            sends.add(CompletableFuture.runAsync(
                    () -> {
                        try {
                            assertThat(sender.send(chat, "hello")).isPresent();
                        } catch (TelegramApiException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    threads));
        }

        sends.forEach(CompletableFuture::join);
    }

    @Test
    void aMessageWhoseAnswerIsLostIsNotRepeatedByTheClient() throws Exception {
        assertThat(sender.send(1, "over a connection that is kept")).isPresent();
        telegram = request -> {
            throw new IllegalStateException("closes the connection");
        };
        assertThatThrownBy(() -> sender.send(1, "hello")).isInstanceOf(TelegramApiException.class);

        assertThat(requests).hasSize(2);
    }
}
