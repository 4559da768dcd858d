package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextPartsTest {
    private static final String EMOJI = "\uD83D\uDE00";

    @Test
    void whatIsShortStaysWhole() {
        String longest = "x".repeat(TextParts.MOST);
        assertThat(TextParts.of(longest)).containsExactly(longest);
        assertThat(TextParts.of("")).containsExactly("");
    }

    @Test
    void aCutIsAtALineElseAtAWordElseBetweenCharacters() {
        String words = "word ".repeat(700); // 3,500 characters
        assertThat(TextParts.of(words + "\n" + words)).containsExactly(words + "\n", words);
        assertThat(TextParts.of("word ".repeat(1000))).containsExactly("word ".repeat(819), "word ".repeat(181));
        assertThat(TextParts.of("\n" + "x".repeat(5000)))
                .as("a line in the first half would make a short message")
                .containsExactly("\n" + "x".repeat(4095), "x".repeat(905));
    }

    @Test
    void noCutIsWithinASurrogatePair() {
        assertThat(TextParts.of("a".repeat(4095) + EMOJI + "b")).containsExactly("a".repeat(4095), EMOJI + "b");
        assertThat(TextParts.of(EMOJI.repeat(2048) + EMOJI)).containsExactly(EMOJI.repeat(2048), EMOJI);
    }

    @Test
    void aPartOfNothingButSpaceIsLeftOut() {
        assertThat(TextParts.of("x".repeat(4096) + " ".repeat(4096) + "y")).containsExactly("x".repeat(4096), "y");
        assertThat(TextParts.of(" ".repeat(5000)))
                .as("Telegram refuses it, as it would a short one")
                .containsExactly(" ".repeat(5000));
    }

    @Test
    void nothingIsLostWhateverTheText() {
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(20_000) + 1;
            while (text.length() < length) {
                text.append(List.of("x", EMOJI, "word ", "\n", "é").get(random.nextInt(random.nextBoolean() ? 2 : 5)));
            }
            List<String> parts = TextParts.of(text.toString());
            assertThat(String.join("", parts)).isEqualTo(text.toString());
            assertThat(parts).allMatch(part -> part.length() <= TextParts.MOST);
            assertThat(parts).noneMatch(part -> Character.isLowSurrogate(part.charAt(0)));
        }
    }
}
