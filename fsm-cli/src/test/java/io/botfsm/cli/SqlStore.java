package io.botfsm.cli;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.botfsm.jdbc.BotDatabase;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.storage.StateStorage;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A SQL database. */
final class SqlStore implements TriedStore {
    private static final List<String> TABLES = List.of("fsm_conversation", "fsm_lease", "fsm_inbox", "fsm_inbox_bot");

    private final Map<String, String> environment;
    private final HikariDataSource pool;
    private final BotDatabase bot;
    private final StateStorage storage;
    private final AutoCloseable server;

    private SqlStore(String url, Map<String, String> environment, AutoCloseable server) {
        this.environment = environment;
        this.server = server;
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(1);
        this.pool = new HikariDataSource(config);
        this.bot = BotDatabase.builder(pool).createTables().build();
        this.storage = bot.stateStorage();
    }

    static TriedStore sqlite() {
        try {
            Path file = Files.createTempDirectory("botfsm-sqlite").resolve("bot.db");
            String url = "jdbc:sqlite:" + file + "?journal_mode=WAL&busy_timeout=2000&synchronous=OFF";
            return new SqlStore(url, Map.of("BOTFSM_STORE", url), () -> delete(file.getParent()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    /** With durable settings: locks are delayed on a server that may lose acknowledged writes. */
    static TriedStore postgresql() {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .start();
            String url = "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
            SqlStore store = new SqlStore(
                    url + "?user=postgres", Map.of("BOTFSM_STORE", url, "BOTFSM_USER", "operator"), server);
            store.execute("CREATE ROLE operator LOGIN");
            store.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON " + String.join(", ", TABLES) + " TO operator");
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void execute(String sql) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }

    @Override
    public Map<String, String> lockEnvironment() {
        return environment;
    }

    @Override
    public Map<String, String> migrationEnvironment() {
        return environment;
    }

    @Override
    public StateStorage storage() {
        return storage;
    }

    @Override
    public LeaseStore leases() {
        return bot.leaseStore();
    }

    @Override
    public void empty() {
        TABLES.forEach(table -> execute("DELETE FROM " + table));
    }

    @Override
    public void close() {
        bot.close();
        pool.close();
        try {
            server.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
