package io.botfsm.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every strategy with every missing part; expected values as aiogram's {@code apply_strategy} gives them. */
final class StrategyTest {
    private static final Optional<String> NONE = Optional.empty();
    private static final Optional<String> TOPIC = Optional.of("7");

    private static StorageKey.Builder origin() {
        return StorageKey.bot(1).business("b").destiny("d");
    }

    private static Optional<StorageKey> key(String chat, String user, Optional<String> thread) {
        StorageKey.Builder key = origin().chat(chat).user(user);
        thread.ifPresent(key::thread);
        return Optional.of(key.build());
    }

    @Test
    void allPartsPresent() {
        StorageKey.Builder all = origin().chat("c").user("u").thread(7);
        assertThat(FsmStrategy.USER_IN_CHAT.key(all)).isEqualTo(key("c", "u", NONE));
        assertThat(FsmStrategy.CHAT.key(all)).isEqualTo(key("c", "c", NONE));
        assertThat(FsmStrategy.GLOBAL_USER.key(all)).isEqualTo(key("u", "u", NONE));
        assertThat(FsmStrategy.USER_IN_TOPIC.key(all)).isEqualTo(key("c", "u", TOPIC));
        assertThat(FsmStrategy.CHAT_TOPIC.key(all)).isEqualTo(key("c", "c", TOPIC));
    }

    @Test
    void noThread() {
        StorageKey.Builder noThread = origin().chat("c").user("u");
        assertThat(FsmStrategy.USER_IN_CHAT.key(noThread)).isEqualTo(key("c", "u", NONE));
        assertThat(FsmStrategy.CHAT.key(noThread)).isEqualTo(key("c", "c", NONE));
        assertThat(FsmStrategy.GLOBAL_USER.key(noThread)).isEqualTo(key("u", "u", NONE));
        assertThat(FsmStrategy.USER_IN_TOPIC.key(noThread)).isEqualTo(key("c", "u", NONE));
        assertThat(FsmStrategy.CHAT_TOPIC.key(noThread)).isEqualTo(key("c", "c", NONE));
    }

    @Test
    void missingChatBecomesTheUser() {
        StorageKey.Builder noChat = origin().user("u").thread(7);
        assertThat(FsmStrategy.USER_IN_CHAT.key(noChat)).isEqualTo(key("u", "u", NONE));
        assertThat(FsmStrategy.CHAT.key(noChat)).isEqualTo(key("u", "u", NONE));
        assertThat(FsmStrategy.GLOBAL_USER.key(noChat)).isEqualTo(key("u", "u", NONE));
        assertThat(FsmStrategy.USER_IN_TOPIC.key(noChat)).isEqualTo(key("u", "u", TOPIC));
        assertThat(FsmStrategy.CHAT_TOPIC.key(noChat)).isEqualTo(key("u", "u", TOPIC));
    }

    @Test
    void missingUserBecomesTheChatWhereTheUserDoesNotMatter() {
        StorageKey.Builder noUser = origin().chat("c").thread(7);
        assertThat(FsmStrategy.USER_IN_CHAT.key(noUser)).isEmpty();
        assertThat(FsmStrategy.CHAT.key(noUser)).isEqualTo(key("c", "c", NONE));
        assertThat(FsmStrategy.GLOBAL_USER.key(noUser)).isEmpty();
        assertThat(FsmStrategy.USER_IN_TOPIC.key(noUser)).isEmpty();
        assertThat(FsmStrategy.CHAT_TOPIC.key(noUser)).isEqualTo(key("c", "c", TOPIC));
    }

    @Test
    void nobodyNowhereIsNoConversation() {
        for (FsmStrategy strategy : FsmStrategy.values()) {
            assertThat(strategy.key(origin())).isEmpty();
            assertThat(strategy.key(origin().thread(7))).isEmpty();
        }
    }
}
