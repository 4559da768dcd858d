package io.botfsm.examples.onboarding.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.botfsm.storage.FsmException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenStorageTest {
    @ParameterizedTest
    @CsvSource({
        "redis://localhost, redis://localhost",
        "rediss://me:se@cret@host:6380/2, rediss://host:6380/2",
        "redis-socket:///run/redis.sock?database=1, redis-socket:///run/redis.sock?database=1",
        "redis-sentinel://me:secret@a:26379/1#main, redis-sentinel://a:26379/1#main",
        "jdbc:postgresql://host/bots?user=me&password=secret&ssl=true, jdbc:postgresql://host/bots?&&ssl=true",
        "embedded, embedded in data",
    })
    void isKnownByItsAddressWithoutCredentials(String storage, String id) {
        assertThat(OpenStorage.id(storage, Path.of("a", "data"))).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:nosuch://me:secret@host/bots", "jdbc:sqlite:%s?password=secret"})
    void saysWhichDatabaseCannotBeUsed(String url, @TempDir Path folder) {
        String address = url.replace("%s", folder.toString());
        assertThatThrownBy(() -> OpenStorage.open(address, folder))
                .isInstanceOf(FsmException.class)
                .hasMessageStartingWith(address.split("[?@]", 2)[0].replace("//me:secret", "//"))
                .hasMessageContaining(" cannot be used: ")
                .hasMessageNotContaining("secret");
    }
}
