package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BotTokenTest {
    @Test
    void showsTheIdOnly() {
        BotToken token = BotToken.of("7000000001:AAsecret_-1");

        assertThat(token.botId()).isEqualTo(7000000001L);
        assertThat(token.value()).isEqualTo("7000000001:AAsecret_-1");
        assertThat(token).hasToString("7000000001:***");
        assertThat(token.masked("http://x/bot7000000001:AAsecret_-1/getUpdates"))
                .isEqualTo("http://x/bot7000000001:***/getUpdates");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AAsecret", "7:", ":AAsecret", "7:AA secret", "7:AAsecret\n", "7:AAsecret/x", "x:AAsecret"})
    void doesNotQuoteWhatIsNone(String text) {
        assertThatThrownBy(() -> BotToken.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret/")
                .hasMessageContaining(String.format(Locale.ROOT, "of %d characters", text.length()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void saysThatItIsEmpty(String text) {
        assertThatThrownBy(() -> BotToken.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the bot token is empty");
    }
}
