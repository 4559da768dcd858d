package io.botfsm.telegrambots;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.botfsm.storage.inbox.InboxUpdate;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceivedUpdateTest {
    private static ReceivedUpdate received(String json) throws Exception {
        return ReceivedUpdate.of(new ObjectMapper().readTree(json));
    }

    private static InboxUpdate stored(String id, byte[] content) {
        return InboxUpdate.of(id, Optional.empty(), content);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "\u043f\u0440\u0438\u0432\u0435\u0442",
                "\ud83d\ude00 a pair",
                "\\ud83d unpaired, as Telegram escapes it",
                "\\ude00\\ud83d the wrong way round",
                "\\u0000\\u2028 controls"
            })
    void anInboxGivesBackWhatCame(String text) throws Exception {
        ReceivedUpdate came = received("{\"update_id\":7,\"message\":{\"text\":\"" + text + "\",\"unknown\":1.50,"
                + "\"more\":[12345678901234567890,null,true],"
                + "\"chat\":{\"id\":-100,\"type\":\"group\"}}}");
        ReceivedUpdate kept = ReceivedUpdate.of(stored("7", came.content()));
        assertThat(kept.json()).isEqualTo(came.json());
        assertThat(kept.id()).isEqualTo(7);
        assertThat(kept.update().orElseThrow().getMessage().getText())
                .isEqualTo(came.update().orElseThrow().getMessage().getText());
    }

    @Test
    void mostTextsAreKeptAsTheyAre() throws Exception {
        byte[] content = received("{\"update_id\":7,\"a\":\"\u043f\"}").content();
        assertThat(new String(content, UTF_8)).isEqualTo("{\"update_id\":7,\"a\":\"\u043f\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"update_id\":8}", "{\"update_id\":\"7\"}"})
    void whatIsNoUpdateIsUnreadable(String content) {
        ReceivedUpdate kept = ReceivedUpdate.of(stored("7", content.getBytes(US_ASCII)));
        assertThat(kept.update()).isEmpty();
        assertThat(kept.unreadable()).isPresent();
    }
}
