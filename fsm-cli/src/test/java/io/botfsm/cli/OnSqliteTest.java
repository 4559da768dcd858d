package io.botfsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.botfsm.jdbc.BotDatabase;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.storage.StateStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnSqliteTest extends AllCommands {
    @TempDir
    Path files;

    private HikariDataSource pool;
    private BotDatabase database;

    private String url() {
        return "jdbc:sqlite:" + files.resolve("bot.db") + "?journal_mode=WAL&busy_timeout=2000";
    }

    private BotDatabase database() {
        if (database == null) {
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl(url());
            config.setMaximumPoolSize(1);
            pool = new HikariDataSource(config);
            database = BotDatabase.builder(pool).createTables().build();
        }
        return database;
    }

    @AfterEach
    void close() {
        database.close();
        pool.close();
    }

    @Override
    Map<String, String> environment() {
        return Map.of("BOTFSM_STORE", url());
    }

    @Override
    Map<String, String> lockEnvironment() {
        return environment();
    }

    @Override
    StateStorage storage() {
        return database().stateStorage();
    }

    @Override
    LeaseStore leases() {
        return database().leaseStore();
    }

    @Override
    void empty() {
        // each test has a file of its own
    }

    @Test
    void aFileThatIsNotThereIsNotMade() {
        Path missing = files.resolve("bto.db");
        CommandRun run = CommandRun.of(Map.of("BOTFSM_STORE", "jdbc:sqlite:" + missing), "list")
                .ended(1);
        assertThat(run.err()).contains("cannot connect to jdbc:sqlite:" + missing);
        assertThat(Files.exists(missing)).isFalse();
    }

    @Test
    void migrationIsForRedisAlone() {
        assertThat(CommandRun.of(environment(), "migrate", "--bot", "1")
                        .ended(2)
                        .err())
                .contains("Redis alone");
    }
}
