package io.botfsm.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.botfsm.Fsm;
import io.botfsm.benchmarks.Conversations.Onboarding;
import io.botfsm.jdbc.BotDatabase;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A database whose commits are on disk when they are acknowledged, with the conversations of 10,000 users stored twice:
 * by this library, and in a table such as an application would create. Opened once, and open until the JVM ends.
 */
final class SqlConversations {
    private static final int USERS = 10_000;
    private static final String TABLE = "CREATE TABLE conversation (id bigint PRIMARY KEY, state varchar(100),"
            + " name varchar(100), age integer, city varchar(100), interests varchar(100), step integer)";
    private static final String INSERT =
            "INSERT INTO conversation VALUES (?, 'Onboarding:CITY', 'Ada Lovelace', 36, 'Paris', 'maths', 1)";
    private static final String SELECT =
            "SELECT state, name, age, city, interests, step FROM conversation WHERE id = ?";
    private static final String UPDATE =
            "UPDATE conversation SET state = ?, name = ?, age = ?, city = ?, interests = ?, step = ? WHERE id = ?";

    private final HikariDataSource pool;
    final Fsm fsm;

    private SqlConversations(String url, int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(connections);
        pool = new HikariDataSource(config);
        BotDatabase database = BotDatabase.builder(pool)
                .executor(Executors.newFixedThreadPool(connections))
                .createTables()
                .build();
        fsm = Fsm.builder(database.stateStorage()).states(Onboarding.class).build();
        Conversations.SHARED.fill(fsm);
        fillPlain();
    }

    static SqlConversations onPostgres() {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    .start();
            String url = String.format(
                    Locale.ROOT, "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres", server.getPort());
            return new SqlConversations(url, 16);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static SqlConversations onSqlite() {
        try {
            Path directory = Files.createTempDirectory("botfsm-sqlite");
            String url =
                    String.format(Locale.ROOT, "jdbc:sqlite:%s/bot.db?journal_mode=WAL&synchronous=FULL", directory);
            return new SqlConversations(url, 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fillPlain() {
        try (Connection connection = pool.getConnection();
                Statement create = connection.createStatement()) {
            create.execute(TABLE);
            connection.setAutoCommit(false);
            try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                for (int user = 0; user < USERS; user++) {
                    insert.setLong(1, user);
                    insert.executeUpdate();
                }
            }
            connection.commit();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A read and a write of one row, in one transaction. */
    int update() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try {
                int changed = update(connection, ThreadLocalRandom.current().nextInt(USERS));
                connection.commit();
                return changed;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    private static int update(Connection connection, long user) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT);
                PreparedStatement update = connection.prepareStatement(UPDATE)) {
            select.setLong(1, user);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                update.setString(1, row.getString(1));
                update.setString(2, row.getString(2));
                update.setInt(3, row.getInt(3));
                update.setString(4, row.getString(4));
                update.setString(5, row.getString(5));
                update.setInt(6, row.getInt(6) + 1);
            }
            update.setLong(7, user);
            return update.executeUpdate();
        }
    }
}
