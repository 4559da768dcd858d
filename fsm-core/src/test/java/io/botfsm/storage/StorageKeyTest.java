package io.botfsm.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.math.BigInteger;
import java.nio.CharBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class StorageKeyTest {
    @Test
    void partsComeByName() {
        StorageKey key = StorageKey.bot(1L)
                .chat(-100)
                .user("u")
                .thread((short) 7)
                .business("b")
                .destiny("history")
                .build();
        assertThat(key).isEqualTo(new StorageKey("1", "-100", "u", Optional.of("7"), Optional.of("b"), "history"));
        StorageKey least = StorageKey.bot("1").chat(2).user(3).build();
        assertThat(least.thread()).isEmpty();
        assertThat(least.business()).isEmpty();
        assertThat(least.destiny()).isEqualTo(StorageKey.DEFAULT_DESTINY).isEqualTo("default");
    }

    @Test
    void typeOfAnIdDoesNotMatter() {
        assertThat(StorageKey.bot(1).chat(2L).user(BigInteger.valueOf(3)).build())
                .isEqualTo(StorageKey.bot("1")
                        .chat(CharBuffer.wrap("2"))
                        .user((byte) 3)
                        .build());
    }

    @Test
    void otherTypesAreRefused() {
        for (Object wrong : new Object[] {1.5, 'c', true, Optional.of(1L), new int[] {1}}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> StorageKey.bot(wrong))
                    .withMessageContaining("bot id")
                    .withMessageContaining(wrong.getClass().getName());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> StorageKey.bot(1).chat(wrong))
                    .withMessageContaining("chat");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> StorageKey.bot(1).user(wrong))
                    .withMessageContaining("user");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> StorageKey.bot(1).thread(wrong))
                    .withMessageContaining("thread");
        }
        assertThatNullPointerException()
                .isThrownBy(() -> StorageKey.bot(1).chat(null))
                .withMessageContaining("chat");
    }

    @Test
    void emptyPartsAreRefused() {
        StorageKey.Builder key = StorageKey.bot(1).chat(2).user(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StorageKey.bot(""))
                .withMessageContaining("bot");
        assertThatIllegalArgumentException().isThrownBy(() -> key.chat("")).withMessageContaining("chat");
        assertThatIllegalArgumentException().isThrownBy(() -> key.user("")).withMessageContaining("user");
        assertThatIllegalArgumentException().isThrownBy(() -> key.thread("")).withMessageContaining("thread");
        assertThatIllegalArgumentException().isThrownBy(() -> key.business("")).withMessageContaining("business");
        assertThatIllegalArgumentException().isThrownBy(() -> key.destiny("")).withMessageContaining("destiny");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StorageKey("1", "2", "3", Optional.of(""), Optional.empty(), "d"));
    }

    @Test
    void halfSurrogatePairsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StorageKey.bot(1).chat("a\ud83e"))
                .withMessageContaining("chat")
                .withMessageContaining("U+D83E")
                .withMessageContaining("index 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StorageKey("1", "2", "\udd8a", Optional.empty(), Optional.empty(), "d"));
        assertThat(StorageKey.bot(1).chat("\ud83e\udd8a").user(3).build().chat())
                .isEqualTo("\ud83e\udd8a");
    }

    @Test
    void chatAndUserAreNeeded() {
        assertThatIllegalStateException()
                .isThrownBy(() -> StorageKey.bot(1).user(3).build())
                .withMessageContaining("chat");
        assertThatIllegalStateException()
                .isThrownBy(() -> StorageKey.bot(1).chat(2).build())
                .withMessageContaining("user");
    }

    @Test
    void builderIsReusable() {
        StorageKey.Builder builder = StorageKey.bot(1).chat(2).user(3);
        StorageKey first = builder.build();
        StorageKey second = builder.user(4).build();
        assertThat(first.user()).isEqualTo("3");
        assertThat(second.user()).isEqualTo("4");
    }

    @Test
    void printsOnOneLine() {
        assertThat(StorageKey.bot(1).chat(2).user(3).build()).hasToString("bot=1 chat=2 user=3");
        assertThat(StorageKey.bot(1)
                        .chat("a\nb\u2028\u0007")
                        .user(3)
                        .thread(4)
                        .business("x")
                        .destiny("y")
                        .build())
                .hasToString("bot=1 chat=a\\u000ab\\u2028\\u0007 user=3 thread=4 business=x destiny=y");
    }
}
