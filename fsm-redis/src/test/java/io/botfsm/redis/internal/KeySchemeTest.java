package io.botfsm.redis.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.StorageKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeySchemeTest {
    private static String key(StorageKey key) {
        return new String(new KeyScheme("fsm").key(key), UTF_8);
    }

    @Test
    void namesTheUsualConversation() {
        assertThat(key(StorageKey.bot(1234567890).chat(-100123).user(42).build()))
                .isEqualTo("fsm:{1234567890:-100123:42}");
    }

    @Test
    void leavesAbsentSegmentsInTheMiddleEmpty() {
        StorageKey.Builder usual = StorageKey.bot(1).chat(2).user(3);
        assertThat(key(usual.thread(4).build())).isEqualTo("fsm:{1:2:3:4}");
        assertThat(key(StorageKey.bot(1).chat(2).user(3).business("b").build())).isEqualTo("fsm:{1:2:3::b}");
        assertThat(key(StorageKey.bot(1).chat(2).user(3).destiny("d").build())).isEqualTo("fsm:{1:2:3:::d}");
        assertThat(key(StorageKey.bot(1).chat(2).user(3).thread(4).destiny("d").build()))
                .isEqualTo("fsm:{1:2:3:4::d}");
        assertThat(key(StorageKey.bot(1).chat(2).user(3).destiny("default").build()))
                .isEqualTo("fsm:{1:2:3}");
    }

    @Test
    void encodesWhatWouldMislead() {
        assertThat(key(StorageKey.bot("a:b").chat("{c}").user("100%").build())).isEqualTo("fsm:{a%3Ab:%7Bc%7D:100%25}");
        assertThat(key(StorageKey.bot("ключ").chat("😀").user(" ").build())).isEqualTo("fsm:{ключ:😀: }");
    }

    /** Every combination of parts that look like each other's encoding. */
    @Test
    void neverGivesTwoConversationsOneKey() {
        List<String> ids = List.of("1", ":", "%", "{", "}", "%3A", "%25", "::", "1:", ":1", "default", "{1}");
        Map<String, StorageKey> taken = new HashMap<>();
        for (String bot : ids) {
            for (String chat : ids) {
                for (String user : ids) {
                    for (String thread : List.of("", "1", ":", "default")) {
                        for (String business : List.of("", "1", "%")) {
                            for (String destiny : List.of("default", "1", ":", "}")) {
                                StorageKey key =
                                        new StorageKey(bot, chat, user, present(thread), present(business), destiny);
                                assertThat(taken.put(key(key), key))
                                        .as(key(key))
                                        .isNull();
                                assertThat(new KeyScheme("fsm").conversation(key(key)))
                                        .hasValue(key);
                            }
                        }
                    }
                }
            }
        }
        assertThat(taken).hasSize(12 * 12 * 12 * 4 * 3 * 4);
    }

    @Test
    void keysThatItDoesNotGiveAreNoConversations() {
        KeyScheme scheme = new KeyScheme("fsm");
        for (String key : List.of(
                "fsm:{1:2}",
                "fsm:{1:2:3:4:5:6:7}",
                "fsm:{1::3}",
                "fsm:{1:2:}",
                "fsm:{1:2:3:}",
                "fsm:{1:2:3::}",
                "fsm:{1:2:3:::default}",
                "fsm:{1:2:%3a}",
                "fsm:{1:2:%}",
                "fsm:{1:2:%4}",
                "fsm:{1:2:%41}",
                "fsm:{1:2:%xx}",
                "fsm:{1:2:{3}",
                "fsm:1:2:3",
                "gsm:{1:2:3}",
                "fsm:{1:2:3}:fence",
                "fsm:{lease}",
                "fsm:{}")) {
            assertThat(scheme.conversation(key)).as(key).isEmpty();
        }
    }

    private static Optional<String> present(String id) {
        return id.isEmpty() ? Optional.empty() : Optional.of(id);
    }
}
