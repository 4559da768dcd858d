package io.botfsm.redis.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.StorageKey;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeySchemeTest {
    private static final KeyScheme SCHEME = new KeyScheme("fsm");

    @Test
    void isTheTextOfTheKeyBetweenBraces() {
        for (StorageKey key : List.of(
                StorageKey.bot(1234567890).chat(-100123).user(42).build(),
                StorageKey.bot("a:b").chat("{c}").user("100%").thread("ключ").build())) {
            String name = new String(SCHEME.key(key), UTF_8);
            assertThat(name).isEqualTo("fsm:{" + key.toText() + "}");
            assertThat(SCHEME.conversation(name)).hasValue(key);
        }
    }

    @Test
    void keysThatItDoesNotGiveAreNoConversations() {
        for (String key : List.of(
                "fsm:{1:2}",
                "fsm:{1:2:%41}",
                "fsm:1:2:3",
                "gsm:{1:2:3}",
                "fsm:{1:2:3}:fence",
                "fsm:{lease}",
                "fsm:{}")) {
            assertThat(SCHEME.conversation(key)).as(key).isEmpty();
        }
    }
}
