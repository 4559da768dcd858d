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
 * Where the bot keeps its conversations while it runs.
 *
 * @param leases where the one active instance is known; the same each time
 * @param end closes what is below
 */
record OpenStorage(StateStorage states, LeaseStore leases, Runnable end) implements AutoCloseable {
    /**
     * Opens what the option asks for.
     *
     * @param data the folder of the embedded Redis or, where there is none for this machine, of a database
     * @throws FsmException if the storage cannot be reached
     * @throws IOException if an embedded Redis cannot be had
     * @throws IllegalArgumentException if the option is no address
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

    /** A file, which is made if it is not there. Each commit is on disk. */
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
        settings.setInitializationFailTimeout(-1); // the BotDatabase looks whether it answers
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
     * What tells the storage of this option from others, also when it has lost everything: without credentials, and the
     * same however its address is spelled.
     *
     * @param file has the copies; a folder beside it may be moved with it
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
