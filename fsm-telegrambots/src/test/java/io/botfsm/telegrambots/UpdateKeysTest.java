package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.botfsm.FsmStrategy;
import io.botfsm.StorageKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.telegram.telegrambots.meta.api.objects.Update;

class UpdateKeysTest {
    private static final String ALICE = "\"from\": {\"id\": 42, \"is_bot\": false, \"first_name\": \"A\"}";
    private static final String USER = ALICE.replace("from", "user");
    private static final String GROUP = "\"chat\": {\"id\": -1001, \"type\": \"supergroup\", \"title\": \"G\"}";
    private static final String CHANNEL = "\"chat\": {\"id\": -1009, \"type\": \"channel\", \"title\": \"C\"}";
    private static final String MESSAGE = "\"message_id\": 1, \"date\": 1700000000, " + GROUP + ", " + ALICE;
    private static final String MEMBER = "\"date\": 1700000000, \"old_chat_member\": {\"status\": \"left\", " + USER
            + "}, \"new_chat_member\": {\"status\": \"member\", " + USER + "}";

    private static final String QUERY = """
            "id": "1", "query": "q", "offset": "", "result_id": "1", "invoice_payload": "x", "currency": "EUR",
            "total_amount": 1, "shipping_address": {"country_code": "DE", "state": "s", "city": "c",
            "street_line1": "1", "street_line2": "2", "post_code": "p"},
            """;

    private static StorageKey.Builder key() {
        return StorageKey.bot(7);
    }

    private static Update update(String type, String fields) throws Exception {
        return JsonMapper.builder()
                .build()
                .readValue("{\"update_id\": 5, \"%s\": {%s}}".formatted(type, fields), Update.class);
    }

    private static java.util.Optional<StorageKey> keyOf(FsmStrategy strategy, String type, String fields)
            throws Exception {
        return UpdateKeys.of(7L, strategy).key(update(type, fields));
    }

    private static java.util.Optional<StorageKey> keyOf(String type, String fields) throws Exception {
        return keyOf(FsmStrategy.USER_IN_CHAT, type, fields);
    }

    @ParameterizedTest
    @ValueSource(strings = {"message", "edited_message", "guest_message"})
    void messagesBelongToTheirWriterInTheirChat(String type) throws Exception {
        assertThat(keyOf(type, MESSAGE)).contains(key().chat(-1001).user(42).build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"business_message", "edited_business_message"})
    void businessMessagesBelongToTheirConnection(String type) throws Exception {
        assertThat(keyOf(type, MESSAGE + ", \"business_connection_id\": \"bc\""))
                .contains(key().chat(-1001).user(42).business("bc").build());
    }

    @ParameterizedTest
    @CsvSource({
        "USER_IN_CHAT, -1001, 42, ",
        "CHAT, -1001, -1001, ",
        "GLOBAL_USER, 42, 42, ",
        "USER_IN_TOPIC, -1001, 42, 9",
        "CHAT_TOPIC, -1001, -1001, 9"
    })
    void strategiesPlaceAMessageOfATopic(FsmStrategy strategy, long chat, long user, Long thread) throws Exception {
        StorageKey.Builder expected = key().chat(chat).user(user);
        if (thread != null) {
            expected.thread(thread);
        }
        String fields = MESSAGE + ", \"message_thread_id\": 9, \"is_topic_message\": true";
        assertThat(keyOf(strategy, "message", fields)).contains(expected.build());
        assertThat(keyOf(strategy, "callback_query", "\"id\": \"1\", " + ALICE + ", \"message\": {" + fields + "}"))
                .contains(expected.build());
    }

    @Test
    void aReplyInAGroupWithoutTopicsHasNoTopic() throws Exception {
        assertThat(keyOf(FsmStrategy.USER_IN_TOPIC, "message", MESSAGE + ", \"message_thread_id\": 9"))
                .contains(key().chat(-1001).user(42).build());
    }

    @Test
    void buttonsBelongToWhoPressesThem() throws Exception {
        String fromBot = MESSAGE.replace("42", "7") + ", \"business_connection_id\": \"bc\"";
        assertThat(keyOf("callback_query", "\"id\": \"1\", " + ALICE + ", \"message\": {" + fromBot + "}"))
                .contains(key().chat(-1001).user(42).business("bc").build());
    }

    @Test
    void buttonsOfMessagesThatAreGoneKeepTheirChat() throws Exception {
        String gone = "\"message\": {\"message_id\": 1, \"date\": 0, " + GROUP + "}";
        assertThat(keyOf("callback_query", "\"id\": \"1\", " + ALICE + ", " + gone))
                .contains(key().chat(-1001).user(42).build());
        assertThat(keyOf("callback_query", "\"id\": \"1\", \"inline_message_id\": \"x\", " + ALICE))
                .contains(key().chat(42).user(42).build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query"})
    void queriesBelongToWhoAsks(String type) throws Exception {
        assertThat(keyOf(type, QUERY + ALICE)).contains(key().chat(42).user(42).build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"my_chat_member", "chat_member"})
    void membershipBelongsToWhoChangedIt(String type) throws Exception {
        assertThat(keyOf(type, GROUP + ", " + ALICE + ", " + MEMBER))
                .contains(key().chat(-1001).user(42).build());
    }

    @Test
    void whatUsersDoInAChatIsTheirs() throws Exception {
        StorageKey expected = key().chat(-1001).user(42).build();
        assertThat(keyOf("chat_join_request", GROUP + ", " + ALICE + ", \"user_chat_id\": 42, \"date\": 1700000000"))
                .contains(expected);
        assertThat(keyOf("message_reaction", GROUP + ", " + USER + ", \"message_id\": 1, \"date\": 1700000000"))
                .contains(expected);
    }

    @Test
    void whatUsersDoOutsideOfChatsIsTheirs() throws Exception {
        StorageKey expected = key().chat(42).user(42).build();
        assertThat(keyOf("poll_answer", "\"poll_id\": \"1\", \"option_ids\": [0], " + USER))
                .contains(expected);
        assertThat(keyOf("purchased_paid_media", ALICE + ", \"paid_media_payload\": \"x\""))
                .contains(expected);
        assertThat(keyOf(
                        "business_connection",
                        "\"id\": \"bc\", \"user_chat_id\": 42, \"date\": 1, \"is_enabled\": true, " + USER))
                .contains(key().chat(42).user(42).business("bc").build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"channel_post", "edited_channel_post", "message_reaction_count", "chat_boost"})
    void whatIsAChatsIsNoUsers(String type) throws Exception {
        String fields = "\"message_id\": 1, \"date\": 1700000000, " + CHANNEL;
        assertThat(keyOf(type, fields)).isEmpty();
        assertThat(keyOf(FsmStrategy.CHAT, type, fields))
                .contains(key().chat(-1009).user(-1009).build());
    }

    @Test
    void deletedBusinessMessagesAreTheChats() throws Exception {
        String fields = "\"business_connection_id\": \"bc\", \"message_ids\": [1], " + GROUP;
        assertThat(keyOf("deleted_business_messages", fields)).isEmpty();
        assertThat(keyOf(FsmStrategy.CHAT, "deleted_business_messages", fields))
                .contains(key().chat(-1001).user(-1001).business("bc").build());
    }

    @Test
    void aPollIsNobodys() throws Exception {
        String fields = "\"id\": \"1\", \"question\": \"?\", \"options\": [], \"total_voter_count\": 0";
        for (FsmStrategy strategy : FsmStrategy.values()) {
            assertThat(keyOf(strategy, "poll", fields)).isEmpty();
        }
    }

    @Test
    void aBotNeedsAnId() {
        assertThatThrownBy(() -> UpdateKeys.of("", FsmStrategy.CHAT)).isInstanceOf(IllegalArgumentException.class);
    }
}
