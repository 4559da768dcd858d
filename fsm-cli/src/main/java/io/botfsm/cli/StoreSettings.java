package io.botfsm.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.botfsm.jdbc.BotDatabase;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.BotRedis;
import io.botfsm.redis.RedisLeaseOptions;
import io.botfsm.redis.RedisStorageOptions;
import io.botfsm.redis.lettuce.LettuceRedis;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.storage.StateStorage;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The location of the store and the settings that bots use for it. Settings in a file, such as {@code store=…}, take
 * precedence over environment variables, such as {@code BOTFSM_STORE=…}. Credentials appear in no message.
 */
final class StoreSettings {
    private static final String STORE = "store";
    private static final String USER = "user";
    private static final String PASSWORD = "password";
    private static final String KEY_PREFIX = "key-prefix";
    private static final String LOCK_PREFIX = "lock-prefix";
    private static final String TTL = "ttl";
    private static final String TOMBSTONE_TTL = "tombstone-ttl";
    private static final String TIMEOUT = "timeout";
    private static final List<String> NAMES =
            List.of(STORE, USER, PASSWORD, KEY_PREFIX, LOCK_PREFIX, TTL, TOMBSTONE_TTL, TIMEOUT);

    /** Credentials in a JDBC URL, as a parameter or before the host. */
    private static final Pattern CREDENTIALS =
            Pattern.compile("(?i)[?&;]\\w*password=[^&;]+|://[^/@]*:[^/@]+@|:oracle:.*/.*@");

    /** A JDBC URL whose only {@code @} ends the credentials; captures kind and host. */
    private static final Pattern SERVER = Pattern.compile("(jdbc:\\w+:)//[^/?;@]*@([^/?;@]+)[^@]*");

    private final Map<String, String> values;
    private final Map<String, String> ofBots;

    private StoreSettings(Map<String, String> values, Map<String, String> ofBots) {
        this.values = values;
        this.ofBots = ofBots;
    }

    /**
     * Reads the settings.
     *
     * @param uri the URI on the command line, which takes precedence
     * @param warning receives warnings about unsafe settings
     */
    static StoreSettings read(
            Map<String, String> environment, Optional<String> uri, Optional<Path> file, Consumer<String> warning)
            throws IOException {
        Map<String, String> values = new HashMap<>();
        for (String name : NAMES) {
            String value = environment.getOrDefault(variable(name), "");
            if (!value.isEmpty()) {
                values.put(name, value);
            }
        }
        Map<String, String> ofBots = new HashMap<>(environment);
        if (file.isPresent()) {
            Map<String, String> ofFile = readFile(file.get(), warning);
            if (ofFile.containsKey(STORE)) {
                dropCredentials(values, ofBots, "the store of " + file.get(), warning);
            }
            values.putAll(ofFile);
        }
        if (uri.isPresent()) {
            dropCredentials(values, ofBots, "--store", warning);
            values.put(STORE, uri.get());
            if (hasCredentials(uri.get())) {
                warning.accept("the URI on the command line has a password, which others on this machine can read in"
                        + " the list of processes: use BOTFSM_STORE or --config instead");
            }
        }
        return new StoreSettings(values, ofBots);
    }

    private static String variable(String name) {
        return "BOTFSM_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private static Map<String, String> readFile(Path file, Consumer<String> warning) throws IOException {
        Map<String, String> values = new HashMap<>();
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, UTF_8)) {
            properties.load(reader);
        }
        for (String name : properties.stringPropertyNames()) {
            if (!NAMES.contains(name)) {
                throw new Refusal(
                        ExitStatus.REFUSED,
                        file + ": unknown setting " + name + "; the settings are " + String.join(", ", NAMES));
            }
            values.put(name, properties.getProperty(name).strip());
        }
        boolean isSecret = properties.containsKey(PASSWORD) || hasCredentials(properties.getProperty(STORE, ""));
        if (isSecret
                && file.getFileSystem().supportedFileAttributeViews().contains("posix")
                && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
            warning.accept(file + " has a password, and everyone on this machine may read it: chmod 600 " + file);
        }
        return values;
    }

    /** Removes credentials: a password is used only for the store that it was set with. */
    private static void dropCredentials(
            Map<String, String> values, Map<String, String> ofBots, String store, Consumer<String> warning) {
        boolean hasPassword = values.remove(PASSWORD) != null || ofBots.containsKey("REDIS_FSM_PASSWORD");
        values.remove(USER);
        ofBots.keySet().removeIf(name -> name.startsWith("REDIS_FSM_"));
        if (hasPassword) {
            warning.accept("a password that is set for another store is not used with " + store);
        }
    }

    private static boolean hasCredentials(String uri) {
        return CREDENTIALS.matcher(uri).find();
    }

    /** Whether conversations that are written expire. */
    boolean hasTtl() {
        return values.containsKey(TTL);
    }

    /** Connects to the store for its conversations. */
    OpenStore<StateStorage> storage() {
        if (isDatabase()) {
            OpenStore<BotDatabase> database = database();
            StateStorage storage = database.part().stateStorage();
            return new OpenStore<>(storage, () -> {
                storage.close();
                database.close();
            });
        }
        BotRedis redis = redis();
        return new OpenStore<>(redis.stateStorage(), redis::close);
    }

    /** Connects to the store for its locks only. */
    OpenStore<LeaseStore> leases() {
        if (isDatabase()) {
            OpenStore<BotDatabase> database = database();
            LeaseStore leases = database.part().leaseStore();
            return new OpenStore<>(leases, () -> {
                leases.close();
                database.close();
            });
        }
        LeaseStore leases = redisBuilder().leaseStore();
        return new OpenStore<>(leases, leases::close);
    }

    /**
     * Connects to Redis, for commands that work only there.
     *
     * @throws Refusal if the store is a database
     */
    BotRedis redis() {
        if (isDatabase()) {
            throw new Refusal(ExitStatus.REFUSED, "this command needs Redis, but the store is a SQL database");
        }
        return redisBuilder().connect();
    }

    private boolean isDatabase() {
        return values.getOrDefault(STORE, "").startsWith("jdbc:");
    }

    private BotRedis.Builder redisBuilder() {
        RedisStorageOptions.Builder storage = RedisStorageOptions.builder();
        RedisLeaseOptions.Builder leases = RedisLeaseOptions.builder();
        text(KEY_PREFIX).ifPresent(storage::keyPrefix);
        duration(TTL).ifPresent(storage::ttl);
        duration(TOMBSTONE_TTL).ifPresent(storage::tombstoneTtl);
        text(LOCK_PREFIX).ifPresent(leases::keyPrefix);
        BotRedis.Builder redis =
                LettuceRedis.builder(redisUri()).storageOptions(storage.build()).leaseOptions(leases.build());
        duration(TIMEOUT).ifPresent(redis::commandTimeout);
        return redis;
    }

    /** The URI of the settings; without one, that of the environment variables of bots. */
    private RedisUri redisUri() {
        Map<String, String> variables = new HashMap<>(ofBots);
        text(STORE).ifPresent(uri -> variables.put("REDIS_FSM_URL", uri));
        text(USER).ifPresent(user -> variables.put("REDIS_FSM_USERNAME", user));
        text(PASSWORD).ifPresent(password -> variables.put("REDIS_FSM_PASSWORD", password));
        if (variables.keySet().stream().noneMatch(name -> name.startsWith("REDIS_FSM_"))) {
            throw new Refusal(
                    ExitStatus.REFUSED,
                    "no store is set: set BOTFSM_STORE to redis://… or jdbc:…, or use --config with a file that has"
                            + " store=…");
        }
        try {
            return RedisUri.fromEnvironment(variables);
        } catch (IllegalArgumentException e) {
            throw new Refusal(
                    ExitStatus.REFUSED, String.valueOf(e.getMessage()).replace("REDIS_FSM_URL", "the store's URI"));
        }
    }

    private OpenStore<BotDatabase> database() {
        HikariDataSource pool = pool();
        try {
            BotDatabase.Builder builder = BotDatabase.builder(pool);
            duration(TTL).ifPresent(builder::ttl);
            duration(TOMBSTONE_TTL).ifPresent(builder::tombstoneTtl);
            duration(TIMEOUT).ifPresent(builder::timeout);
            BotDatabase database = builder.build();
            return new OpenStore<>(database, () -> {
                database.close();
                pool.close();
            });
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    private HikariDataSource pool() {
        String url = text(STORE).orElseThrow();
        String shown = shown(url);
        try {
            DriverManager.getDriver(url);
        } catch (SQLException e) { // its message has the URL
            throw new Refusal(
                    ExitStatus.REFUSED,
                    "no driver for " + shown
                            + ": the drivers of PostgreSQL and SQLite are included; set BOTFSM_CLASSPATH to the"
                            + " jar of another one");
        }
        boolean isSqlite = url.startsWith("jdbc:sqlite:");
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        text(USER).ifPresent(config::setUsername);
        text(PASSWORD).ifPresent(config::setPassword);
        config.setMaximumPoolSize(isSqlite ? 1 : 4);
        config.setConnectionTimeout(
                duration(TIMEOUT).orElse(BotDatabase.DEFAULT_TIMEOUT).toMillis());
        if (isSqlite) {
            config.addDataSourceProperty("open_mode", "2"); // does not create a file for a mistyped name
            config.addDataSourceProperty("busy_timeout", "2000");
        }
        try {
            return new HikariDataSource(config);
        } catch (PoolInitializationException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new Refusal(ExitStatus.FAILED, "cannot connect to " + shown + ": " + cause.getMessage());
        }
    }

    /** A database URL without parameters; if it may contain credentials elsewhere, at most its kind and host. */
    static String shown(String url) {
        if (!url.contains("@")) {
            return url.replaceFirst("[?;&].*", "");
        }
        Matcher parts = SERVER.matcher(url);
        return parts.matches() ? parts.group(1) + "//" + parts.group(2) : url.replaceFirst("^(jdbc:\\w*).*", "$1:...");
    }

    private Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    private Optional<Duration> duration(String name) {
        return text(name).map(value -> Durations.parse(name, value));
    }
}
