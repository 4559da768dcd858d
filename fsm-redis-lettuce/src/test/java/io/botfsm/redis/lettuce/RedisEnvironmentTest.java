package io.botfsm.redis.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.testkit.RedisServers;
import io.botfsm.redis.testkit.RedisTestServer;
import io.lettuce.core.RedisURI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisEnvironmentTest {
    private static RedisURI uri(Map<String, String> variables) {
        return RedisEnvironment.uri(variables);
    }

    private static String password(RedisURI uri) {
        return new String(
                uri.getCredentialsProvider().resolveCredentials().block().getPassword());
    }

    @Test
    void nothingSetMeansTheUsualLocalServer() {
        assertThat(RedisAddress.name(uri(Map.of()))).isEqualTo("redis://localhost:6379");
    }

    @Test
    void aUrlSaysEverything() {
        RedisURI uri = uri(Map.of("REDIS_FSM_URL", "rediss://bot:secret@host:7000/3"));
        assertThat(RedisAddress.name(uri)).isEqualTo("rediss://host:7000/3");
        assertThat(password(uri)).isEqualTo("secret");
    }

    @Test
    void partsMakeAServer() {
        RedisURI uri = uri(Map.of(
                "REDIS_FSM_HOST", "host",
                "REDIS_FSM_PORT", "7000",
                "REDIS_FSM_DB", "3",
                "REDIS_FSM_USERNAME", "bot",
                "REDIS_FSM_PASSWORD", "p@ss:w/rd#%"));
        assertThat(RedisAddress.name(uri)).isEqualTo("redis://host:7000/3");
        assertThat(password(uri)).isEqualTo("p@ss:w/rd#%");
    }

    @Test
    void aPasswordNeedsNoUser() {
        assertThat(password(uri(Map.of("REDIS_FSM_PASSWORD", "secret")))).isEqualTo("secret");
    }

    @Test
    void emptyVariablesCountAsAbsent() {
        Map<String, String> empty = new HashMap<>();
        for (String part : new String[] {"URL", "HOST", "PORT", "DB", "USERNAME", "PASSWORD"}) {
            empty.put("REDIS_FSM_" + part, " ");
        }
        assertThat(RedisAddress.name(uri(empty))).isEqualTo("redis://localhost:6379");
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

    @Test
    void connectsToTheServerOfTheEnvironment() {
        RedisTestServer server = RedisServers.shared();
        Map<String, String> parts = Map.of(
                "REDIS_FSM_HOST",
                server.host(),
                "REDIS_FSM_PORT",
                Integer.toString(server.port()),
                "REDIS_FSM_DB",
                "4");
        try (LettuceRedis redis = LettuceRedis.fromEnvironment(parts)) {
            assertThat(redis).hasToString("LettuceRedis[" + server.uri(4) + "]");
        }
    }
}
