package io.botfsm.redis.aiogram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.StorageKey;
import org.junit.jupiter.api.Test;

/** What messages show of ids, prefixes and keys that others have chosen. */
class AiogramMessagesTest {
    private static final String FORGED = "d user=1\n\u0085";
    private static final String SHOWN = "\"d user=1\\u000a\\u0085\"";

    @Test
    void foreignTextsAreQuoted() {
        StorageKey.Builder key = StorageKey.bot(1).chat(2).user(3);
        AiogramLayout layout = AiogramLayout.builder().prefix(FORGED).bot(1).build();
        assertThatThrownBy(() -> layout.keys(key.destiny(FORGED).build()))
                .isInstanceOf(ConversationRefusedException.class)
                .hasMessageContaining("cannot store destiny " + SHOWN + " without")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> layout.keys(
                        StorageKey.bot(1).chat(2).user(3).business(FORGED).build()))
                .isInstanceOf(ConversationRefusedException.class)
                .hasMessageContaining("business connection " + SHOWN + " without")
                .hasMessageNotContaining("\n");
        assertThat(layout.toString()).contains("prefix=" + SHOWN);
        assertThat(new MigrationReport.Skipped(FORGED, "why").toString())
                .isEqualTo("Skipped[key=" + SHOWN + ", reason=why]");
    }
}
