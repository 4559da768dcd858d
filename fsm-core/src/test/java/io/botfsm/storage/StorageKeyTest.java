package io.botfsm.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.math.BigInteger;
import java.nio.CharBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        assertThat(List.of(key.bot(), key.chat(), key.user(), key.destiny()))
                .containsExactly("1", "-100", "u", "history");
        assertThat(key.thread()).hasValue("7");
        assertThat(key.business()).hasValue("b");
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
    }

    @Test
    void halfSurrogatePairsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StorageKey.bot(1).chat("a\ud83e"))
                .withMessageContaining("chat")
                .withMessageContaining("U+D83E")
                .withMessageContaining("index 1");
        assertThatIllegalArgumentException().isThrownBy(() -> StorageKey.parse("1:2:\udd8a"));
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
                .hasToString("bot=1 chat=\"a\\u000ab\\u2028\\u0007\" user=3 thread=4 business=x destiny=y");
    }

    @Test
    void textLeavesAbsentPartsInTheMiddleEmpty() {
        assertThat(StorageKey.bot(1234567890).chat(-100123).user(42).build().toText())
                .isEqualTo("1234567890:-100123:42");
        StorageKey.Builder usual = StorageKey.bot(1).chat(2).user(3);
        assertThat(usual.thread(4).build().toText()).isEqualTo("1:2:3:4");
        assertThat(usual.destiny("d").build().toText()).isEqualTo("1:2:3:4::d");
        assertThat(StorageKey.bot(1).chat(2).user(3).business("b").build().toText())
                .isEqualTo("1:2:3::b");
        assertThat(StorageKey.bot(1).chat(2).user(3).destiny("d").build().toText())
                .isEqualTo("1:2:3:::d");
        assertThat(StorageKey.bot(1).chat(2).user(3).destiny("default").build().toText())
                .isEqualTo("1:2:3");
    }

    @Test
    void textEncodesWhatWouldMislead() {
        assertThat(StorageKey.bot("a:b").chat("{c}").user("100%").build().toText())
                .isEqualTo("a%3Ab:%7Bc%7D:100%25");
        assertThat(StorageKey.bot("ключ").chat("😀").user(" ").build().toText()).isEqualTo("ключ:😀: ");
    }

    /** Every combination of parts that look like each other's encoding. */
    @Test
    void everyKeyHasATextOfItsOwnThatIsReadBack() {
        List<String> ids = List.of("1", ":", "%", "{", "}", "%3A", "%25", "::", "1:", ":1", "default", "{1}");
        Map<String, StorageKey> taken = new HashMap<>();
        for (String bot : ids) {
            for (String chat : ids) {
                for (String user : ids) {
                    for (String thread : List.of("", "1", ":", "default")) {
                        for (String business : List.of("", "1", "%")) {
                            for (String destiny : List.of("default", "1", ":", "}")) {
                                StorageKey.Builder parts = StorageKey.bot(bot)
                                        .chat(chat)
                                        .user(user)
                                        .destiny(destiny);
                                present(thread).ifPresent(parts::thread);
                                present(business).ifPresent(parts::business);
                                StorageKey key = parts.build();
                                assertThat(taken.put(key.toText(), key))
                                        .as(key.toText())
                                        .isNull();
                                StorageKey parsed = StorageKey.parse(key.toText());
                                assertThat(parsed).isEqualTo(key).hasSameHashCodeAs(key);
                                assertThat(parsed.toString()).isEqualTo(key.toString());
                            }
                        }
                    }
                }
            }
        }
        assertThat(taken).hasSize(12 * 12 * 12 * 4 * 3 * 4);
    }

    @Test
    void whatIsNotTheTextOfAKeyIsRefused() {
        for (String text : List.of(
                "",
                "1:2",
                "1:2:3:4:5:6:7",
                "1::3",
                "1:2:",
                "1:2:3:",
                "1:2:3::",
                "1:2:3:::default",
                "1:2:%3a",
                "1:2:%",
                "1:2:%4",
                "1:2:%41",
                "1:2:%xx",
                "1:2:{3",
                "1:2:3:\ud83e")) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> StorageKey.parse(text));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StorageKey.parse("1:2"))
                .withMessage("\"1:2\" is not the text of a key: it has 2 parts, not 3 to 6 as in bot:chat:user");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StorageKey.parse("1:2:%41"))
                .withMessage("\"1:2:%41\" is not the text of a key; the text of the key with these parts is \"1:2:A\"");
    }

    private static Optional<String> present(String id) {
        return id.isEmpty() ? Optional.empty() : Optional.of(id);
    }
}
