package io.botfsm.pengrad;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.pengrad.telegrambot.model.Update;
import com.pengrad.telegrambot.utility.BotUtils;
import io.botfsm.storage.FsmStrategy;
import io.botfsm.storage.StorageKey;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class UpdateKeysTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The cases are shared with {@code fsm-telegrambots}. */
    @TestFactory
    List<DynamicTest> anUpdateBelongsTo() throws Exception {
        try (BufferedReader cases = new BufferedReader(
                new InputStreamReader(UpdateKeysTest.class.getResourceAsStream("/update-keys.jsonl"), UTF_8))) {
            return cases.lines().map(UpdateKeysTest::test).toList();
        }
    }

    private static DynamicTest test(String line) {
        JsonNode each = parsed(line);
        return DynamicTest.dynamicTest(each.get("case").textValue(), () -> {
            FsmStrategy strategy = FsmStrategy.valueOf(each.get("strategy").textValue());
            Update update = BotUtils.parseUpdate(each.get("update").toString());

            UpdateKeys keys = UpdateKeys.of(7L, strategy);
            keys = each.has("senderChats") ? keys.withSenderChats() : keys;
            keys = each.has("withoutConnections") ? keys.withoutBusinessConnections() : keys;

            assertThat(keys.key(update)).isEqualTo(expected(each.get("key")));
            keys = each.has("senderChats") ? keys.withSenderChats() : keys; // in any order: neither undoes the other
            assertThat(keys.key(update)).isEqualTo(expected(each.get("key")));
        });
    }

    private static JsonNode parsed(String line) {
        try {
            return JSON.readTree(line);
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException(line, e);
        }
    }

    private static Optional<StorageKey> expected(JsonNode key) {
        if (key.isNull()) {
            return Optional.empty();
        }
        StorageKey.Builder expected = StorageKey.bot(7L)
                .chat(key.get("chat").longValue())
                .user(key.get("user").asText());
        if (key.has("thread")) {
            expected.thread(key.get("thread").longValue());
        }
        if (key.has("business")) {
            expected.business(key.get("business").textValue());
        }
        return Optional.of(expected.build());
    }

    @Test
    void aBotNeedsAnId() {
        assertThatThrownBy(() -> UpdateKeys.of("", FsmStrategy.CHAT)).isInstanceOf(IllegalArgumentException.class);
    }
}
