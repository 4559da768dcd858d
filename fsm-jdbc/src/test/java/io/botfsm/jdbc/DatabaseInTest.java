package io.botfsm.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.botfsm.redis.testkit.FaultyProxy;
import io.botfsm.storage.StateStorage;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.awaitility.Awaitility;

/** A database for a test class, with its pool and threads and, on request, a stopped clock and a proxy. */
final class DatabaseInTest implements AutoCloseable {
    private static final String STOPPED_CLOCK = "(SELECT micros FROM test_clock)";

    private static final int THREADS = 8;

    private final Engine engine;
    private final String name;
    private final Optional<FaultyProxy> proxy;
    private final HikariDataSource pool;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final AtomicLong micros = new AtomicLong(TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()));
    private boolean clockStandsStill;

    private DatabaseInTest(Engine engine, String name, Optional<FaultyProxy> proxy, String settings) {
        this.engine = engine;
        this.name = name;
        this.proxy = proxy;
        String url = proxy.map(between -> engine.url(name, between.port())).orElseGet(() -> engine.url(name));
        this.pool = Engine.pool(url + settings, engine == Engine.SQLITE ? 1 : THREADS);
        create();
    }

    /** A database that does not wait for the disk, which the conformance suites do not need. */
    static DatabaseInTest of(Engine engine) {
        return new DatabaseInTest(engine, engine.newDatabase(), Optional.empty(), engine.withoutWaitingForTheDisk());
    }

    /** A database whose commits are on disk when they are acknowledged. */
    static DatabaseInTest durable(Engine engine) {
        return new DatabaseInTest(engine, engine.newDatabase(), Optional.empty(), "");
    }

    /** A server's database that can be cut off. */
    static DatabaseInTest behindProxy(Engine engine) {
        return new DatabaseInTest(
                engine,
                engine.newDatabase(),
                Optional.of(new FaultyProxy("127.0.0.1", engine.port())),
                engine.withoutWaitingForTheDisk());
    }

    private void create() {
        BotDatabase.builder(pool).createTables().build().close();
    }

    /** Stops the clock of this database. */
    DatabaseInTest withStoppedClock() {
        execute("CREATE TABLE test_clock (micros bigint)");
        execute("INSERT INTO test_clock VALUES (" + micros + ")");
        clockStandsStill = true;
        return this;
    }

    void advance(Duration time) {
        execute("UPDATE test_clock SET micros = " + micros.addAndGet(time.toNanos() / 1_000));
    }

    BotDatabase.Builder builder(Duration timeout) {
        return builder(pool, timeout);
    }

    /** Returns a builder that takes connections from the given data source, which wraps the pool. */
    BotDatabase.Builder builder(DataSource connections, Duration timeout) {
        BotDatabase.Builder builder = BotDatabase.builder(connections)
                .executor(threads)
                .timeout(timeout)
                .hintInterval(Duration.ofMillis(10));
        return clockStandsStill ? builder.clock(STOPPED_CLOCK, () -> micros.get() * 1_000) : builder;
    }

    /** Returns a storage that closes its {@link BotDatabase} when it is closed. */
    StateStorage storage(Optional<Duration> ttl, Duration timeout) {
        BotDatabase.Builder builder = builder(timeout);
        ttl.ifPresent(builder::ttl);
        return new WholeDatabase(builder.build());
    }

    HikariDataSource pool() {
        return pool;
    }

    /** Returns the URL that bypasses the proxy. */
    String directUrl() {
        return engine.url(name);
    }

    /** Executes a statement, bypassing the proxy. */
    void execute(String sql) {
        Engine.execute(engine.url(name), sql);
    }

    long count(String sql) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    FaultyProxy proxy() {
        return proxy.orElseThrow();
    }

    /** Ends the fault, and waits until the pool has living connections. */
    void heal() {
        proxy().reset(); // connections that have lost bytes stay silent
        proxy().heal();
        pool.getHikariPoolMXBean().softEvictConnections();
        Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
            try (Connection connection = pool.getConnection()) {
                return connection.isValid(1);
            }
        });
    }

    @Override
    public void close() {
        threads.shutdownNow();
        pool.close();
        proxy.ifPresent(FaultyProxy::close);
    }
}
