package io.botfsm.examples.onboarding.program;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.botfsm.examples.onboarding.embedded.EmbeddedRedis;
import io.botfsm.jdbc.BotDatabase;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreProvider;
import io.botfsm.lock.store.MemoryLeaseStore;
import io.botfsm.memory.MemoryStateStorage;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorageProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The storage that the bot uses while it runs.
 *
 * @param leases the store of the lock that makes one instance active; always the same object
 * @param end closes the connections of both
 */
record OpenStorage(StateStorage states, LeaseStore leases, Runnable end) implements AutoCloseable {
    /**
     * Opens the storage that the option names.
     *
     * @param data the folder of the embedded Redis or, if there is none for this machine, of a database
     * @throws FsmException if the storage cannot be reached
     * @throws IOException if the embedded Redis cannot be started
     * @throws IllegalArgumentException if the option is not an address
     */
    static OpenStorage open(String option, Path data) throws IOException {
        if (option.equals("memory")) {
            return new OpenStorage(new MemoryStateStorage(), new MemoryLeaseStore(), () -> {});
        }
        if (option.startsWith("jdbc:")) {
            return database(option);
        }
        if (!option.equals("embedded")) {
            return redis(option, () -> {});
        }
        if (!EmbeddedRedis.isAvailable()) {
            return sqlite(Files.createDirectories(data).resolve("conversations.db"));
        }
        EmbeddedRedis server = EmbeddedRedis.join(data);
        try {
            return redis(String.format(Locale.ROOT, "redis://127.0.0.1:%d/1", server.port()), server::close);
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static OpenStorage redis(String uri, Runnable server) {
        BotRedis redis = LettuceRedis.connect(uri);
        return of(redis, () -> {
            redis.close();
            server.run();
        });
    }

    /** Opens a SQLite file, which is created if it does not exist. Each commit is on disk. */
    static OpenStorage sqlite(Path file) {
        return database(sqliteUrl(file));
    }

    static String sqliteUrl(Path file) {
        return "jdbc:sqlite:" + file + "?journal_mode=WAL&synchronous=FULL&busy_timeout=2000";
    }

    private static OpenStorage database(String url) {
        HikariConfig settings = new HikariConfig();
        settings.setJdbcUrl(url);
        settings.setConnectionTimeout(BotDatabase.DEFAULT_TIMEOUT.toMillis());
        settings.setInitializationFailTimeout(-1); // BotDatabase checks that it answers
        if (url.startsWith("jdbc:sqlite:")) {
            settings.setMaximumPoolSize(1); // writers wait for each other anyway
        }
        try {
            DriverManager.getDriver(url);
            return database(new HikariDataSource(settings));
        } catch (SQLException | FsmException e) {
            throw new FsmException(masked(url) + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static OpenStorage database(HikariDataSource pool) {
        try {
            BotDatabase database = BotDatabase.builder(pool).createTables().build();
            return of(database, () -> {
                database.close();
                pool.close();
            });
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    private static <S extends StateStorageProvider & LeaseStoreProvider> OpenStorage of(S provider, Runnable end) {
        return new OpenStorage(provider.stateStorage(), provider.leaseStore(), end);
    }

    @Override
    public void close() {
        end.run();
    }

    /**
     * Returns an id of the option's storage, which stays the same when the storage has lost all data: without
     * credentials, and the same for every spelling of a Redis address.
     *
     * @param file the file with the copies; a data folder is identified by its path relative to it, so that both may be
     *     moved
     */
    static String id(String option, Path data, Path file) {
        if (option.equals("embedded")) {
            Path folder = requireNonNull(file.toAbsolutePath().normalize().getParent(), "a file is in a folder");
            return "embedded in " + folder.relativize(data.toAbsolutePath().normalize());
        }
        return option.startsWith("redis") ? id(RedisUri.parse(option)) : masked(option);
    }

    private static String id(RedisUri uri) {
        String server = uri.masterName()
                .map(name -> "master " + name)
                .or(uri::socket)
                .orElseGet(
                        () -> uri.nodes().stream().map(RedisUri.Node::toString).collect(Collectors.joining(",")));
        return String.format(Locale.ROOT, "redis %s/%d", server, uri.database());
    }

    private static String masked(String address) {
        return address.replaceAll("//.*@", "//").replaceAll("(?i)(user|password)=[^&;]*", "");
    }
}
