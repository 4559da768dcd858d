package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PollingSessionBuilderTest {
    private final PollingSession.Builder builder = PollingSession.builder(BotToken.of("7:secret"));

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "//localhost:8081", "localhost:8081", "ftp://localhost", "http:///bot"})
    void aServerIsAnAddressOfHttp(String address) {
        assertThatThrownBy(() -> builder.server(URI.create(address)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http://")
                .hasMessageContaining(address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT48H0.000000001S"})
    void anAgeInTheInboxIsWithinTwoDays(String age) {
        assertThatThrownBy(() -> builder.inboxMaxAge(Duration.parse(age)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(age);
    }
}
