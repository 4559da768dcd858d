package io.botfsm.jdbc;

import static java.util.Objects.requireNonNull;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreProvider;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorageProvider;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.WriteContext;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import javax.sql.DataSource;

/**
 * A SQL database for bots: PostgreSQL, MySQL, MariaDB, SQLite or H2, through a {@link DataSource} of the application.
 *
 * <pre>{@code
 * try (BotDatabase database = BotDatabase.builder(dataSource).createTables().build()) {
 *     Fsm fsm = Fsm.of(database.stateStorage());
 * }
 * }</pre>
 *
 * <p>Building it checks the database once: that it answers, is one of those, and has the tables. Afterwards calls fail
 * within the timeout while the database is unavailable, and work again by themselves when the data source has living
 * connections. Each statement is a transaction of its own, at the isolation level of the connections, which has to be
 * {@code READ COMMITTED} or higher.
 *
 * <p>Thread-safe; make one and share it. The data source should have a pool: each call takes a connection and gives it
 * back. Neither it nor an executor that was given is closed with this object.
 */
public final class BotDatabase implements StateStorageProvider, LeaseStoreProvider, AutoCloseable {
    /** How long a call may take unless chosen otherwise. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    private static final int STORAGE_THREADS = 10;
    private static final int LEASE_THREADS = 4;

    private final Dialect dialect;
    private final boolean forgetsNothing;
    private final DatabaseCalls storageCalls;
    private final Optional<ExecutorService> storageThreads;
    private final DatabaseClock clock;
    private final Builder settings;

    private BotDatabase(Builder settings, Dialect dialect, boolean forgetsNothing) {
        this.settings = settings;
        this.dialect = dialect;
        this.forgetsNothing = forgetsNothing;
        this.clock = new DatabaseClock(settings.nowMicros.orElse(dialect.nowMicros()), settings.nanoTime);
        this.storageThreads = settings.executor.isPresent()
                ? Optional.empty()
                : Optional.of(CallThreads.daemons("botfsm-jdbc", STORAGE_THREADS));
        Executor executor = settings.executor.or(() -> storageThreads).orElseThrow();
        this.storageCalls = new DatabaseCalls(settings.dataSource, dialect, executor, settings.timeout);
    }

    /**
     * Begins to choose how to use a database.
     *
     * @param dataSource gives connections; with a pool, unless it is for a test
     */
    public static Builder builder(DataSource dataSource) {
        return new Builder(requireNonNull(dataSource, "dataSource"));
    }

    /**
     * A storage of conversations. Offers all capabilities. Storages of one object share its threads; closing one leaves
     * them to the others.
     */
    @Override
    public StateStorage stateStorage() {
        return new JdbcStateStorage(storageCalls, clock, settings.ttl, settings.tombstoneTtl);
    }

    /**
     * A store of leases. Each has threads of its own, unless an executor was given, so that a renewal does not wait for
     * the conversations: make one for all locks, not one for each. Its connections are of the same data source; give
     * locks one of their own, with another {@code BotDatabase}, if conversations may take all connections.
     *
     * <p>Where the database acknowledges a commit before it is on disk, as it was set when this object was built, a
     * crash may make it forget a lease: then a lock holds each grant back for its time to live.
     */
    @Override
    public LeaseStore leaseStore() {
        Optional<ExecutorService> threads = settings.executor.isPresent()
                ? Optional.empty()
                : Optional.of(CallThreads.daemons("botfsm-jdbc-leases", LEASE_THREADS));
        Executor executor = settings.executor.or(() -> threads).orElseThrow();
        return new JdbcLeaseStore(
                new DatabaseCalls(settings.dataSource, dialect, executor, settings.timeout),
                clock,
                forgetsNothing,
                settings.hintInterval,
                () -> threads.ifPresent(ExecutorService::shutdown));
    }

    /**
     * Ends the threads of the storages when their calls have ended, unless an executor was given. Close storages and
     * lease stores before. Idempotent.
     */
    @Override
    public void close() {
        storageThreads.ifPresent(ExecutorService::shutdown);
    }

    /** The kind of database. */
    @Override
    public String toString() {
        return "BotDatabase[" + dialect + "]";
    }

    /** Collects how to use a database; whatever is not chosen is as by default. Not thread-safe. */
    public static final class Builder {
        private final DataSource dataSource;
        private Optional<Executor> executor = Optional.empty();
        private Duration timeout = DEFAULT_TIMEOUT;
        private Optional<Duration> ttl = Optional.empty();
        private Duration tombstoneTtl = WriteContext.DEFAULT_TOMBSTONE_TTL;
        private boolean createTables;
        private Optional<String> nowMicros = Optional.empty();
        private LongSupplier nanoTime = System::nanoTime;
        private Duration hintInterval = ReleaseHints.INTERVAL;

        private Builder(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        private Builder(Builder chosen) {
            dataSource = chosen.dataSource;
            executor = chosen.executor;
            timeout = chosen.timeout;
            ttl = chosen.ttl;
            tombstoneTtl = chosen.tombstoneTtl;
            createTables = chosen.createTables;
            nowMicros = chosen.nowMicros;
            nanoTime = chosen.nanoTime;
            hintInterval = chosen.hintInterval;
        }

        /**
         * Runs the calls, which block, on this executor, instead of on ten daemon threads. Give it as many threads as
         * the pool has connections. It must not run them on the caller's thread.
         */
        public Builder executor(Executor threads) {
            executor = Optional.of(requireNonNull(threads, "executor"));
            return this;
        }

        /**
         * Lets a call take this long, waiting for a thread and a connection included; otherwise
         * {@link BotDatabase#DEFAULT_TIMEOUT}.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder timeout(Duration limit) {
            if (requireNonNull(limit, "timeout").isNegative() || limit.isZero()) {
                throw new IllegalArgumentException("timeout must be positive: " + limit);
            }
            timeout = limit;
            return this;
        }

        /**
         * Lets a conversation live this long after each write. Without it, conversations live until they are cleared.
         *
         * @param limit rounded up to whole milliseconds
         * @throws IllegalArgumentException if it is not positive or longer than {@link Mutation#MAX_TTL}
         */
        public Builder ttl(Duration limit) {
            ttl = Optional.of(Mutation.requireTtl(limit));
            return this;
        }

        /**
         * Remembers fencing token and events of a cleared conversation this long, two days unless set. It must be
         * longer than the messenger redelivers updates and longer than a superseded instance can go on writing.
         *
         * @param limit rounded up to whole milliseconds
         * @throws IllegalArgumentException if it is not positive or longer than {@link Mutation#MAX_TTL}
         */
        public Builder tombstoneTtl(Duration limit) {
            tombstoneTtl = Mutation.requireTombstoneTtl(limit);
            return this;
        }

        /**
         * Creates the tables that are missing when building, for which alone the user needs the permission. They are in
         * {@code io/botfsm/jdbc/*.sql} of this library too, for tools that migrate databases.
         */
        public Builder createTables() {
            createTables = true;
            return this;
        }

        /** Takes the time from another expression, and the estimate of it from another clock. */
        Builder clock(String micros, LongSupplier nanos) {
            nowMicros = Optional.of(micros);
            nanoTime = nanos;
            return this;
        }

        /** Asks for releases by other processes so often. */
        Builder hintInterval(Duration interval) {
            hintInterval = interval;
            return this;
        }

        /**
         * Looks at the database, which blocks, and creates missing tables if chosen.
         *
         * @throws StorageUnavailableException if the database cannot be reached
         * @throws StorageRefusedException if it is of another kind, refuses, or lacks a table or a column, or if its
         *     connections have the isolation level {@code READ UNCOMMITTED}
         */
        public BotDatabase build() {
            Builder chosen = new Builder(this);
            try (Connection connection = dataSource.getConnection()) {
                Dialect dialect = Dialect.of(connection);
                TableCheck check = new TableCheck(dialect, connection);
                check.requireIsolation();
                if (createTables) {
                    check.create();
                }
                check.requireTables();
                return new BotDatabase(chosen, dialect, check.isDurable());
            } catch (SQLException e) {
                if (SqlFailure.isOfSetUp(e)) {
                    throw new StorageRefusedException("the database refuses: " + SqlFailure.reason(e), e);
                }
                throw new StorageUnavailableException("the database is unavailable", timeout, e);
            }
        }
    }
}
