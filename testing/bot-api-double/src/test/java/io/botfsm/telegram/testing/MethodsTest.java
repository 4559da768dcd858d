package io.botfsm.telegram.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.botfsm.telegram.testing.BotClient.Reply;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The methods apart from polling, and what users see of them. */
class MethodsTest {
    private static final long ANN = 5_000_000_000L;
    private static final String INLINE = "{\"inline_keyboard\":[[{\"text\":\"Yes\",\"callback_data\":\"y\"},"
            + "{\"text\":\"Site\",\"url\":\"https://example.org\"}]]}";

    private final BotApiDouble bot = BotApiDouble.start();
    private final BotClient client = new BotClient(bot, "bot");
    private final TelegramUser ann = bot.user(ANN);

    @AfterEach
    void close() {
        bot.close();
    }

    @Test
    void aMessageIsShownAndReturned() {
        long before = Instant.now().getEpochSecond();
        JsonNode sent = client.call("sendMessage", "chat_id", ANN, "text", " hello ", "reply_markup", INLINE)
                .result();

        assertThat(sent.path("date").asLong()).isBetween(before, Instant.now().getEpochSecond());
        assertThat(sent.path("chat").path("id").asLong()).isEqualTo(ANN);
        assertThat(sent.path("from").path("id").asLong()).isEqualTo(7_000_000_001L);
        assertThat(sent.path("reply_markup").path("inline_keyboard")).hasSize(1);
        assertThat(ann.messages()).singleElement().satisfies(message -> {
            assertThat(message.messageId()).isEqualTo(sent.path("message_id").asLong());
            assertThat(message.fromBot()).isTrue();
            assertThat(message.text()).isEqualTo("hello");
            assertThat(message.edited()).isEmpty();
            assertThat(message.keyboard())
                    .containsExactly(List.of(
                            new Button("Yes", Optional.of("y"), Optional.empty()),
                            new Button("Site", Optional.empty(), Optional.of("https://example.org"))));
        });
    }

    @Test
    void parametersComeInFourWaysAndMethodsInAnyCase() {
        String json = "{\"chat_id\":" + ANN + ",\"text\":\"json é\"}";
        String multipart = "--b\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n" + ANN
                + "\r\n--b\r\nContent-Disposition: form-data; name=\"text\"\r\nContent-Type: text/plain\r\n\r\nmultipart é"
                + "\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"text\"\r\n\r\nno text\r\n--b--\r\n";
        client.postAs("application/json; charset=utf-8", "SENDMESSAGE", json);
        client.postAs("multipart/form-data; boundary=b", "sendmessage", multipart);
        client.call("sendMessage", "chat_id", ANN, "text", "form é & more");
        client.get("/bot" + bot.token() + "/SendMessage?chat_id=" + ANN + "&text=query%20%C3%A9");

        assertThat(ann.messages())
                .extracting(ShownMessage::text)
                .containsExactly("json é", "multipart é", "form é & more", "query é");
    }

    @Test
    void anEditReplacesTextAndKeyboard() {
        long id = client.call("sendMessage", "chat_id", ANN, "text", "one", "reply_markup", INLINE)
                .result()
                .path("message_id")
                .asLong();
        Reply edited = client.call("editMessageText", "chat_id", ANN, "message_id", id, "text", "two");

        assertThat(edited.result().path("text").asText()).isEqualTo("two");
        assertThat(edited.result().has("edit_date")).isTrue();
        assertThat(ann.messages()).singleElement().satisfies(message -> {
            assertThat(message.text()).isEqualTo("two");
            assertThat(message.keyboard()).isEmpty();
            assertThat(message.edited()).isPresent();
        });
        Reply again = client.call("editMessageText", "chat_id", ANN, "message_id", id, "text", "two");
        assertThat(again.status()).isEqualTo(400);
        assertThat(again.description()).startsWith("Bad Request: message is not modified");
    }

    @Test
    void whatTelegramRefusesIsRefusedInItsWords() {
        ann.says("mine");

        assertThat(client.call("sendMessage", "chat_id", 999, "text", "hello").description())
                .isEqualTo("Bad Request: chat not found");
        assertThat(client.call("sendMessage", "chat_id", ANN, "text", "  ").description())
                .isEqualTo("Bad Request: message text is empty");
        assertThat(client.call("sendMessage", "chat_id", ANN, "text", "x".repeat(4_097))
                        .description())
                .isEqualTo("Bad Request: message is too long");
        assertThat(client.call("editMessageText", "chat_id", ANN, "message_id", 77, "text", "x")
                        .description())
                .isEqualTo("Bad Request: message to edit not found");
        assertThat(client.call("editMessageText", "chat_id", ANN, "message_id", 1, "text", "x")
                        .description())
                .isEqualTo("Bad Request: message can't be edited");
        assertThat(client.call("answerCallbackQuery", "callback_query_id", "1").description())
                .isEqualTo("Bad Request: query is too old and response timeout expired or query ID is invalid");
        assertThat(client.postAs("application/json", "sendMessage", "{").status())
                .isEqualTo(400);
        assertThat(client.call("sendCarrierPigeon").status()).isEqualTo(404);
        assertThat(client.get("/bot1:wrong/getMe"))
                .isEqualTo(new Reply(401, client.get("/bot1:wrong/getMe").body()));
        assertThat(client.get("/bot1:wrong/getMe").description()).isEqualTo("Unauthorized");
        assertThat(client.get("/nothing").status()).isEqualTo(404);
        ann.blocks();
        assertThat(client.call("sendMessage", "chat_id", ANN, "text", "hello").description())
                .isEqualTo("Forbidden: bot was blocked by the user");
        ann.unblocks();
        assertThat(client.call("sendMessage", "chat_id", ANN, "text", "hello").status())
                .isEqualTo(200);
    }

    @Test
    void aPressIsOfTheNewestMessageWithTheButton() {
        client.call("sendMessage", "chat_id", ANN, "text", "old", "reply_markup", INLINE);
        client.call("sendMessage", "chat_id", ANN, "text", "new", "reply_markup", INLINE);
        client.call("sendMessage", "chat_id", ANN, "text", "newest");
        ann.presses("Yes");
        ann.presses("y");

        JsonNode updates = client.call("getUpdates").result();
        assertThat(updates).hasSize(2).allSatisfy(update -> {
            JsonNode query = update.path("callback_query");
            assertThat(query.path("data").asText()).isEqualTo("y");
            assertThat(query.path("from").path("id").asLong()).isEqualTo(ANN);
            assertThat(query.path("message").path("text").asText()).isEqualTo("new");
        });
        String id = updates.get(0).path("callback_query").path("id").asText();
        assertThat(client.call("answerCallbackQuery", "callback_query_id", id, "text", "noted")
                        .status())
                .isEqualTo(200);
        assertThat(ann.notices()).containsExactly("noted");
        assertThatIllegalStateException().isThrownBy(() -> ann.presses("No")).withMessageContaining("[Yes, Site");
        assertThatIllegalStateException().isThrownBy(() -> ann.presses("Site"));
    }

    @Test
    void aButtonOfAReplyKeyboardSaysItsText() {
        client.call(
                "sendMessage",
                "chat_id",
                ANN,
                "text",
                "?",
                "reply_markup",
                "{\"keyboard\":[[\"A\"],[{\"text\":\"B\"}]]}");
        ann.presses("B");

        assertThat(client.call("getUpdates")
                        .result()
                        .path(0)
                        .path("message")
                        .path("text")
                        .asText())
                .isEqualTo("B");
    }

    @Test
    void usersSayAndEdit() {
        ann.says("/start now");
        ann.edits(1, "changed");

        JsonNode updates = client.call("getUpdates").result();
        JsonNode said = updates.path(0).path("message");
        assertThat(said.path("entities").path(0).path("type").asText()).isEqualTo("bot_command");
        assertThat(said.path("entities").path(0).path("length").asInt()).isEqualTo(6);
        JsonNode edited = updates.path(1).path("edited_message");
        assertThat(edited.path("message_id")).isEqualTo(said.path("message_id"));
        assertThat(edited.path("text").asText()).isEqualTo("changed");
        assertThat(edited.has("edit_date")).isTrue();
        assertThat(ann.messages()).extracting(ShownMessage::text).containsExactly("changed");
        assertThatIllegalStateException().isThrownBy(() -> ann.edits(2, "not there"));
    }

    @Test
    void repliesAreWhatTheBotShowedSinceTheUsersLastAction() throws InterruptedException {
        client.call("sendMessage", "chat_id", ANN, "text", "before");
        ann.says("hello");
        client.call("sendMessage", "chat_id", ANN, "text", "after");
        client.call("editMessageText", "chat_id", ANN, "message_id", 1, "text", "edited");

        assertThat(ann.awaitReplies(2, Duration.ofSeconds(20)))
                .extracting(ShownMessage::text)
                .containsExactly("after", "edited");
        assertThatThrownBy(() -> ann.awaitReplies(3, Duration.ofMillis(50)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("[after, edited]");
        assertThat(ann.awaitReply("edited", Duration.ofSeconds(20))).hasSize(2);
        assertThatThrownBy(() -> ann.awaitReply("before", Duration.ofMillis(50)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("should have received \"before\" within PT0.05S, but received [after, edited]");
    }

    @Test
    void aGroupWithTopicsIsDeliveredRaw() {
        bot.deliver("{\"message\":{\"from\":{\"id\":6000000000,\"is_bot\":false,\"first_name\":\"Bo\"},"
                + "\"chat\":{\"id\":-1002000000000,\"type\":\"supergroup\",\"title\":\"Group\",\"is_forum\":true},"
                + "\"message_thread_id\":9,\"is_topic_message\":true,\"text\":\"hi\"}}");
        JsonNode message = client.call("getUpdates").result().path(0).path("message");
        assertThat(message.path("message_id").asLong()).isEqualTo(1);
        assertThat(message.path("date").asLong()).isPositive();
        client.call("sendMessage", "chat_id", -1002000000000L, "message_thread_id", 9, "text", "hello");

        assertThat(bot.messages(-1002000000000L))
                .extracting(ShownMessage::text, ShownMessage::thread)
                .containsExactly(tuple("hi", Optional.of(9L)), tuple("hello", Optional.of(9L)));
        assertThat(bot.messages(-1)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> bot.deliver("[]"));
        assertThatIllegalArgumentException().isThrownBy(() -> bot.deliver("{"));
        assertThatIllegalArgumentException().isThrownBy(() -> bot.deliver("{\"update_id\":1}"));
    }

    @Test
    void chatActionsAndCommandsAreKept() {
        assertThat(client.call("sendChatAction", "chat_id", ANN, "action", "typing")
                        .result()
                        .asBoolean())
                .isTrue();
        assertThat(ann.chatActions()).containsExactly("typing");
        client.call("setMyCommands", "commands", "[{\"command\":\"start\",\"description\":\"Begin\"}]");
        assertThat(bot.commands()).isEqualTo("[{\"command\":\"start\",\"description\":\"Begin\"}]");
        assertThat(client.call("getMyCommands").result()).hasSize(1);
        assertThat(client.call("getMe").result().path("username").asText()).isEqualTo("double_bot");
    }

    @Test
    void requestsAreRemembered() {
        client.call("sendMessage", "chat_id", ANN, "text", "hello");
        client.get("/bot1:wrong/getMe");

        assertThat(bot.requests()).hasSize(2);
        BotRequest sent = bot.requests().get(0);
        assertThat(sent.method()).isEqualTo("sendMessage");
        assertThat(sent.parameters()).isEqualTo("{\"chat_id\":\"5000000000\",\"text\":\"hello\"}");
        assertThat(sent.poller()).isEqualTo("bot");
        assertThat(sent.connection()).startsWith("127.0.0.1:");
        assertThat(sent.userAgent())
                .hasValueSatisfying(agent -> assertThat(agent).startsWith("Java-http-client"));
        assertThat(sent.endedNanos()).isGreaterThanOrEqualTo(sent.begunNanos());
        assertThat(bot.requests().get(1).status()).isEqualTo(401);
    }

    @Test
    void nothingIsRememberedWithoutBound() {
        try (BotApiDouble forgetful = BotApiDouble.builder().remembered(3).start()) {
            BotClient caller = new BotClient(forgetful, "bot");
            for (int i = 0; i < 5; i++) {
                caller.call("getUpdates", "offset", i + 1);
            }
            assertThat(forgetful.polls()).extracting(Poll::offset).containsExactly(3L, 4L, 5L);
            assertThat(forgetful.requests()).hasSize(3);
            for (int i = 0; i < 1_005; i++) {
                forgetful.user(1).says("message " + i);
            }
            assertThat(forgetful.user(1).messages()).hasSize(1_000);
        }
    }

    @Test
    void usersArePlayedByHttp() {
        assertThat(BotClient.await(client.post("/users/" + ANN + "/say", "text", "/start"))
                        .result()
                        .path("update_id")
                        .asLong())
                .isEqualTo(client.call("getUpdates").updateIds().get(0));
        client.call("sendMessage", "chat_id", ANN, "text", "hello", "reply_markup", INLINE);
        assertThat(client.get("/users/" + ANN + "/replies?count=1")
                        .result()
                        .path(0)
                        .path("text")
                        .asText())
                .isEqualTo("hello");
        BotClient.await(client.post("/users/" + ANN + "/press", "button", "Yes"));
        assertThat(ann.replies()).isEmpty();
        assertThat(client.get("/users/" + ANN + "/replies?count=1&timeout=0").result())
                .isEmpty();
        BotClient.await(client.post("/users/" + ANN + "/edit", "message_id", 1, "text", "/stop"));
        BotClient.await(client.send(HttpRequest.newBuilder(bot.uri().resolve("/updates"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"poll\":{\"id\":\"1\"}}"))));

        assertThat(client.call("getUpdates", "offset", 1).result().findValuesAsText("data"))
                .containsExactly("y");
        assertThat(client.get("/users/" + ANN + "/messages").result().toString())
                .contains("\"text\":\"/stop\"", "\"keyboard\":[[{\"text\":\"Yes\",\"data\":\"y\"},");
        assertThat(client.get("/polls").result()).hasSize(2);
        assertThat(client.get("/requests").result()).hasSize(3);
        assertThat(BotClient.await(client.post("/users/" + ANN + "/press", "button", "No"))
                        .status())
                .isEqualTo(400);
        assertThat(BotClient.await(client.post("/users/" + ANN + "/say")).description())
                .isEqualTo("text is missing");
        assertThat(client.get("/users/0/messages").status()).isEqualTo(404);
    }

    @Test
    void settingsAreChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BotApiDouble.builder().port(65_536));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BotApiDouble.builder().token("secret"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BotApiDouble.builder().firstUpdateId(1L << 31));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BotApiDouble.builder().conflictPause(Duration.ofMillis(-1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BotApiDouble.builder().remembered(0));
        assertThatIllegalArgumentException().isThrownBy(() -> bot.user(0));
        assertThatThrownBy(() -> BotApiDouble.builder().port(bot.port()).start())
                .isInstanceOf(UncheckedIOException.class);
    }
}
