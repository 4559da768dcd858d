package io.botfsm.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.StorageRefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/** The differences between the supported databases. */
enum Dialect {
    POSTGRESQL(
            "postgresql",
            "CAST(extract(epoch from clock_timestamp()) * 1000000 AS bigint)",
            " ON CONFLICT DO NOTHING",
            "current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off'"
                    + " AND (SELECT relpersistence = 'p' FROM pg_class WHERE oid = 'fsm_lease'::regclass)"),
    /** In UTC, since a session's time zone may repeat an hour once a year. */
    MYSQL(
            "mysql",
            "TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(6))",
            "",
            "@@global.innodb_flush_log_at_trx_commit = 1"),
    SQLITE(
            "sqlite",
            "CAST(unixepoch('subsec') * 1000000 AS integer)",
            " ON CONFLICT DO NOTHING",
            "(SELECT synchronous FROM pragma_synchronous) >= 2"
                    + " AND (SELECT file FROM pragma_database_list WHERE name = 'main') <> ''"),
    /** Writes to its file half a second after a commit, and does not wait for the disk. */
    H2("h2", "CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP(6)) * 1000000 AS bigint)", "", "FALSE");

    private final String resource;
    private final String nowMicros;
    private final String insertSuffix;
    private final String isDurable;

    Dialect(String resource, String nowMicros, String insertSuffix, String isDurable) {
        this.resource = resource + ".sql";
        this.nowMicros = nowMicros;
        this.insertSuffix = insertSuffix;
        this.isDurable = isDurable;
    }

    /**
     * Returns the dialect of a database.
     *
     * @throws StorageRefusedException if the database is not supported
     */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product.toLowerCase(Locale.ROOT)) {
            case "postgresql" -> POSTGRESQL;
            case "mysql", "mariadb" -> MYSQL;
            case "sqlite" -> SQLITE;
            case "h2" -> H2;
            default ->
                throw new StorageRefusedException(
                        "the database is " + product + "; supported are PostgreSQL, MySQL, MariaDB, SQLite and H2",
                        null);
        };
    }

    /** The file with the tables, beside this class. */
    String resource() {
        return resource;
    }

    /** The database's time of day in microseconds since 1970, as an expression. */
    String nowMicros() {
        return nowMicros;
    }

    /**
     * Returns the end of an {@code INSERT} of a row that may already exist; if it is empty, a duplicate is an error.
     * MySQL's {@code ON DUPLICATE KEY UPDATE} does not say reliably whether the row was there.
     */
    String insertSuffix() {
        return insertSuffix;
    }

    /**
     * Returns whether a read may see an unconfirmed commit, whose wait for the standby was interrupted. The next commit
     * waits for all earlier ones.
     */
    boolean readsUnconfirmed() {
        return this == POSTGRESQL;
    }

    /** Returns whether the driver ends a statement at the network timeout of its connection. */
    boolean limitsByNetworkTimeout() {
        return this == POSTGRESQL || this == MYSQL;
    }

    /**
     * Returns whether a statement waits for other transactions for at most its query timeout, in whole seconds, and
     * otherwise takes only the time of the disk.
     */
    boolean limitsByQueryTimeout() {
        return this == SQLITE;
    }

    /**
     * Returns the statement that makes the database end the current transaction if nothing happens in it for this long.
     */
    Optional<String> limitOfIdleTransaction(Duration limit) {
        return this == POSTGRESQL
                ? Optional.of("SET LOCAL idle_in_transaction_session_timeout = " + Math.max(1, limit.toMillis()))
                : Optional.empty();
    }

    /** Whether a commit is on disk before it is acknowledged, as an expression. */
    String isDurable() {
        return isDurable;
    }

    /** The statements that create the tables. */
    List<String> tables() {
        try (InputStream in = Objects.requireNonNull(Dialect.class.getResourceAsStream(resource), resource)) {
            String text = new String(in.readAllBytes(), UTF_8).replaceAll("(?m)^--.*$", "");
            return Arrays.stream(text.split(";"))
                    .map(String::strip)
                    .filter(Predicate.not(String::isEmpty))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
