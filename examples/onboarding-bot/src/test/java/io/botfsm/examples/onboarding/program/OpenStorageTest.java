package io.botfsm.examples.onboarding.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.botfsm.storage.FsmException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenStorageTest {
    @ParameterizedTest
    @CsvSource({
        "redis://localhost, redis localhost:6379/0",
        "redis://localhost:6379/0, redis localhost:6379/0",
        "rediss://me:secret@host:6380/2, redis host:6380/2",
        "redis-socket:///run/redis.sock?database=1, redis /run/redis.sock/1",
        "redis-sentinel://me:secret@a:26379/1#main, redis master main/1",
        "jdbc:postgresql://host/bots?user=me&password=secret&ssl=true, jdbc:postgresql://host/bots?&&ssl=true",
        "embedded, embedded in data",
    })
    void isKnownByItsAddressWithoutCredentials(String storage, String id) {
        assertThat(OpenStorage.id(storage, Path.of("a", "data"), Path.of("a", "data.db")))
                .isEqualTo(id);
    }

    @Test
    void anEmbeddedRedisIsKnownByItsFolderAsSeenFromTheCopies() {
        Path copies = Path.of("copies", "data.db");
        assertThat(OpenStorage.id("embedded", Path.of("a", "data"), copies))
                .isEqualTo("embedded in " + Path.of("..", "a", "data"));
    }

    @Test
    void eachCommitIsOnDisk(@TempDir Path folder) throws Exception {
        try (Connection connection = DriverManager.getConnection(OpenStorage.sqliteUrl(folder.resolve("data.db")));
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeQuery("PRAGMA journal_mode").getString(1))
                    .isEqualTo("wal");
            assertThat(statement.executeQuery("PRAGMA synchronous").getInt(1)).isEqualTo(2); // FULL
        }
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
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().contains("housekeeper"))); // the pool is closed
    }
}
