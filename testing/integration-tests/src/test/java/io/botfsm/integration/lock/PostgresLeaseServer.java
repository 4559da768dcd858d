package io.botfsm.integration.lock;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A PostgreSQL. */
final class PostgresLeaseServer implements LeaseServer {
    private static final String REMAINING =
            "SELECT ends_us / 1000 - extract(epoch from clock_timestamp()) * 1000 FROM fsm_lease";

    private final EmbeddedPostgres server;

    PostgresLeaseServer() {
        try {
            server = EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Backend.open(uri()).close(); // creates the tables
    }

    @Override
    public String uri() {
        return String.format(Locale.ROOT, "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres", server.getPort());
    }

    /** Counts by their logs: they poll for releases, which cannot be observed here. */
    @Override
    public long standbys(List<InstanceProcess> instances) {
        return instances.stream()
                .map(InstanceProcess::log)
                .filter(log ->
                        log.contains("Standing by: the active instance is") && !log.contains("The bot has started"))
                .count();
    }

    @Override
    public long remainingMillis() {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet remaining = statement.executeQuery(REMAINING)) {
            return remaining.next() ? remaining.getLong(1) : 0;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "PostgreSQL";
    }
}
