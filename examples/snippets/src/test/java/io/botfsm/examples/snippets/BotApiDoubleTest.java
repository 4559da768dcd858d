package io.botfsm.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.botfsm.telegram.testing.BotApiDouble;
import io.botfsm.telegram.testing.Fault;
import io.botfsm.telegram.testing.Poll;
import io.botfsm.telegram.testing.ShownMessage;
import io.botfsm.telegram.testing.TelegramUser;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A small bot over plain HTTP, tested against the double. */
@Timeout(60)
class BotApiDoubleTest {
    private static final String KEYBOARD = "{\"inline_keyboard\":[[{\"text\":\"Coffee\",\"callback_data\":\"Coffee\"},"
            + "{\"text\":\"Tea\",\"callback_data\":\"Tea\"}]]}";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void aUserIsAskedAndAnswers() throws InterruptedException {
        // snippet: bot-api-double
        try (BotApiDouble telegram = BotApiDouble.start()) {
            startBot(telegram.uri(), telegram.token());
            TelegramUser ann = telegram.user(5_000_000_000L);
            ann.says("/start");
            List<ShownMessage> greeting = ann.awaitReplies(1, Duration.ofSeconds(10));
            assertThat(greeting.get(0).text()).isEqualTo("Coffee or tea?");

            telegram.next("editMessageText", Fault.tooManyRequests(1));
            ann.presses("Tea");
            assertThat(ann.awaitReplies(1, Duration.ofSeconds(10)).get(0).text())
                    .isEqualTo("Tea it is.");
            assertThat(telegram.polls()).noneMatch(poll -> poll.outcome() == Poll.Outcome.CONFLICT);
        }
        // end
    }

    private void startBot(URI telegram, String token) {
        Thread poller = new Thread(() -> poll(telegram + "/bot" + token + "/"), "bot");
        poller.setDaemon(true);
        poller.start();
    }

    private void poll(String api) {
        try {
            for (long offset = 0; ; ) {
                for (JsonNode update : call(api + "getUpdates?timeout=20&offset=" + offset)) {
                    offset = update.path("update_id").asLong() + 1;
                    answer(api, update);
                }
            }
        } catch (IOException e) {
            return; // the double is closed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(String api, JsonNode update) throws IOException, InterruptedException {
        JsonNode pressed = update.path("callback_query");
        if (pressed.isMissingNode()) {
            if (!update.has("message")) {
                return; // an edited one, for instance
            }
            call(api + "sendMessage?chat_id=" + update.at("/message/chat/id") + "&text=" + encoded("Coffee or tea?")
                    + "&reply_markup=" + encoded(KEYBOARD));
        } else {
            call(api + "editMessageText?chat_id=" + pressed.at("/message/chat/id") + "&message_id="
                    + pressed.at("/message/message_id") + "&text="
                    + encoded(pressed.path("data").asText() + " it is."));
        }
    }

    private JsonNode call(String uri) throws IOException, InterruptedException {
        while (true) {
            JsonNode answer = JSON.readTree(
                    http.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofString())
                            .body());
            if (answer.path("ok").asBoolean() || !answer.at("/parameters").has("retry_after")) {
                return answer.path("result"); // missing, if the user has blocked the bot, for instance
            }
            Thread.sleep(Duration.ofSeconds(answer.at("/parameters/retry_after").asLong())
                    .toMillis());
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
