package io.botfsm.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.redis.testkit.RedisServers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisStorageOptionsTest {
    @Test
    void defaultsAreTheDocumentedOnes() {
        assertThat(RedisStorageOptions.defaults())
                .hasToString("RedisStorageOptions[ttl=(none), tombstoneTtl=PT48H, keyPrefix=fsm, durability=(none)]");
    }

    @Test
    void keepsWhatWasChosen() {
        RedisStorageOptions options = RedisStorageOptions.builder()
                .ttl(Duration.ofDays(30))
                .tombstoneTtl(Duration.ofHours(1))
                .keyPrefix("shop:fsm-1")
                .build();
        assertThat(options.ttl()).contains(Duration.ofDays(30));
        assertThat(options.tombstoneTtl()).isEqualTo(Duration.ofHours(1));
        assertThat(options.keyPrefix()).isEqualTo("shop:fsm-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "P36501D"})
    void refusesImpossibleTimes(Duration time) {
        assertThatThrownBy(() -> RedisStorageOptions.builder().ttl(time))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(time.toString());
        assertThatThrownBy(() -> RedisStorageOptions.builder().tombstoneTtl(time))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tombstone")
                .hasMessageContaining(time.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{fsm}", "a b", "a\n", "ключ", "a*"})
    void refusesPrefixesThatBreakKeysOrPatterns(String prefix) {
        assertThatThrownBy(() -> RedisStorageOptions.builder().keyPrefix(prefix))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining('"' + prefix + '"');
    }

    @Test
    void refusesADeadlineThatIsNone() {
        try (SocketPort port = new SocketPort(RedisServers.shared().connect())) {
            assertThatThrownBy(() -> new RedisStateStorage(port, Duration.ZERO, RedisStorageOptions.defaults()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("PT0S");
        }
    }
}
