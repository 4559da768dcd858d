package io.botfsm.redis.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisEnvironmentTest {
    private static RedisUri uri(Map<String, String> variables) {
        return RedisUri.fromEnvironment(variables);
    }

    @Test
    void nothingSetMeansTheUsualLocalServer() {
        assertThat(uri(Map.of())).hasToString("redis://localhost:6379");
    }

    @Test
    void aUrlSaysEverything() {
        RedisUri uri = uri(Map.of("REDIS_FSM_URL", "rediss://bot:secret@host:7000/3"));
        assertThat(uri).hasToString("rediss://host:7000/3");
        assertThat(uri.user()).contains("bot");
        assertThat(uri.password()).contains("secret");
    }

    @Test
    void partsMakeAServer() {
        RedisUri uri = uri(Map.of(
                "REDIS_FSM_HOST", "host",
                "REDIS_FSM_PORT", "7000",
                "REDIS_FSM_DB", "3",
                "REDIS_FSM_USERNAME", "bot",
                "REDIS_FSM_PASSWORD", "p@ss:w/rd#%"));
        assertThat(uri).hasToString("redis://host:7000/3");
        assertThat(uri.user()).contains("bot");
        assertThat(uri.password()).contains("p@ss:w/rd#%");
    }

    @Test
    void aPasswordNeedsNoUser() {
        RedisUri uri = uri(Map.of("REDIS_FSM_PASSWORD", "secret"));
        assertThat(uri.user()).isEmpty();
        assertThat(uri.password()).contains("secret");
    }

    @Test
    void emptyVariablesCountAsAbsent() {
        Map<String, String> empty = new HashMap<>();
        for (String part : new String[] {"URL", "HOST", "PORT", "DB", "USERNAME", "PASSWORD"}) {
            empty.put("REDIS_FSM_" + part, " ");
        }
        assertThat(uri(empty)).hasToString("redis://localhost:6379");
    }

    @ParameterizedTest
    @CsvSource({"HOST, host", "PORT, 7000", "DB, 1", "USERNAME, bot", "PASSWORD, secret"})
    void aUrlBesideAPartIsRefused(String part, String value) {
        assertThatThrownBy(() -> uri(Map.of("REDIS_FSM_URL", "redis://:secret@host", "REDIS_FSM_" + part, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("REDIS_FSM_URL contradicts REDIS_FSM_" + part)
                .message()
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({"PORT, x", "PORT, 0", "PORT, 65536", "PORT, -1", "DB, x", "DB, -1", "DB, 1.5", "DB, 99999999999"})
    void badNumbersAreRefusedByName(String part, String value) {
        assertThatThrownBy(() -> uri(Map.of("REDIS_FSM_" + part, value, "REDIS_FSM_PASSWORD", "secret")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("REDIS_FSM_" + part)
                .hasMessageContaining('"' + value + '"')
                .message()
                .doesNotContain("secret");
    }

    @Test
    void aUserWithoutPasswordIsRefused() {
        assertThatThrownBy(() -> uri(Map.of("REDIS_FSM_USERNAME", "bot")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("REDIS_FSM_PASSWORD");
    }

    @Test
    void aBadUrlIsRefusedByName() {
        assertThatThrownBy(() -> uri(Map.of("REDIS_FSM_URL", "redis://bot:secret@host/one")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("REDIS_FSM_URL")
                .message()
                .doesNotContain("secret");
    }
}
