package io.botfsm.examples.onboarding.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenStorageTest {
    private static String id(String storage) {
        return OpenStorage.id(storage, Path.of("data"), Path.of("data.db"));
    }

    @ParameterizedTest
    @CsvSource({
        "redis://localhost, redis localhost:6379/0",
        "rediss://me:secret@host:6380/2, redis host:6380/2",
        "'redis://me:secret@host:6380/2 ', redis host:6380/2",
        "redis-socket:///run/redis.sock?database=1, redis /run/redis.sock/1",
        "redis-sentinel://me:secret@a:26379/1#main, redis master main/1",
    })
    void isTheAddressWithoutCredentials(String storage, String id) {
        assertThat(id(storage)).isEqualTo(id);
    }

    @Test
    void quotesNoPasswordOfAnAddressThatIsNone() {
        assertThatThrownBy(() -> id("redis://me:se cret@host"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContainingAny("se cret", "cret@");
    }
}
