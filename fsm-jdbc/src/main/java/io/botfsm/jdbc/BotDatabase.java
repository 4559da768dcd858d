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
 * A SQL database for bots: PostgreSQL, MySQL, MariaDB, SQLite or H2, used through a {@link DataSource} of the
 * application.
 *
 * <pre>{@code
 * try (BotDatabase database = BotDatabase.builder(dataSource).createTables().build()) {
 *     Fsm fsm = Fsm.of(database.stateStorage());
 * }
 * }</pre>
 *
 * <p>Building it checks the database once: it must respond, must be of one of these kinds, and must have the tables.
 * Afterwards, calls fail within the timeout while the database is unavailable, and work again automatically when the
 * data source has working connections. Each statement is a separate transaction, except that a change of an inbox is
 * one transaction of several statements. The isolation level is that of the connections, and must be {@code READ
 * COMMITTED} or higher.
 *
 * <p>Thread-safe; create one and share it. The data source should be pooled, since each call takes a connection and
 * returns it. Neither the data source nor a supplied executor is closed with this object.
 */
public final class BotDatabase implements StateStorageProvider, LeaseStoreProvider, AutoCloseable {
    /** The default timeout of a call. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    private static final int STORAGE_THREADS = 10;
    private static final int LEASE_THREADS = 4;

    private final Dialect dialect;
    private final boolean isDurable;
    private final DatabaseCalls storageCalls;
    private final Optional<ExecutorService> storageThreads;
    private final DatabaseClock clock;
    private final Builder settings;

    private BotDatabase(Builder settings, Dialect dialect, boolean isDurable) {
        this.settings = settings;
        this.dialect = dialect;
        this.isDurable = isDurable;
        this.clock = new DatabaseClock(settings.nowMicros.orElse(dialect.nowMicros()), settings.nanoTime);
        this.storageThreads = settings.executor.isPresent()
                ? Optional.empty()
                : Optional.of(CallThreads.daemons("botfsm-jdbc", STORAGE_THREADS));
        Executor executor = settings.executor.or(() -> storageThreads).orElseThrow();
        this.storageCalls = new DatabaseCalls(settings.dataSource, dialect, executor, settings.timeout);
    }

    /**
     * Returns a builder.
     *
     * @param dataSource provides connections; pooled, except in tests
     */
    public static Builder builder(DataSource dataSource) {
        return new Builder(requireNonNull(dataSource, "dataSource"));
    }

    /**
     * Returns a storage for conversations, which has all capabilities. Storages of one object share its threads;
     * closing one storage does not affect the others.
     */
    @Override
    public StateStorage stateStorage() {
        return new JdbcStateStorage(storageCalls, clock, settings.ttl, settings.tombstoneTtl);
    }

    /**
     * Returns a store for leases. Each store has its own threads, so that a renewal does not wait for conversations,
     * unless an executor was supplied. Create one for all locks rather than one for each. It uses connections of the
     * same data source; if conversations may take all connections, give locks a data source of their own, with another
     * {@code BotDatabase}.
     *
     * <p>If the database was configured, when this object was built, to acknowledge a commit before it is on disk, a
     * crash may make it forget a lease. A lock then delays each grant by its time to live.
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
                isDurable,
                settings.hintInterval,
                () -> threads.ifPresent(ExecutorService::shutdown));
    }

    /**
     * Ends the threads of the storages when their calls have ended, unless an executor was supplied. Close storages and
     * lease stores first. Idempotent.
     */
    @Override
    public void close() {
        storageThreads.ifPresent(ExecutorService::shutdown);
    }

    /** Returns the kind of the database. */
    @Override
    public String toString() {
        return "BotDatabase[" + dialect + "]";
    }

    /** Collects the settings for a database. Not thread-safe. */
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
         * Sets the executor for calls that do not run on the thread of a caller that waits for them: asynchronous ones,
         * sweeps of expired rows, all calls on H2, and those on SQLite with a timeout below a second. They block. The
         * default is ten daemon threads. Give the executor as many threads as the pool has connections. It must not run
         * tasks on the caller's thread.
         */
        public Builder executor(Executor threads) {
            executor = Optional.of(requireNonNull(threads, "executor"));
            return this;
        }

        /**
         * Sets the timeout of a call, which includes the wait for a thread and a connection. The default is
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
         * Sets how long a conversation lives after each write. By default, conversations live until they are cleared.
         *
         * @param limit rounded up to whole milliseconds
         * @throws IllegalArgumentException if it is not positive or longer than {@link Mutation#MAX_TTL}
         */
        public Builder ttl(Duration limit) {
            ttl = Optional.of(Mutation.requireTtl(limit));
            return this;
        }

        /**
         * Sets how long fencing token and events of a cleared conversation are remembered. The default is two days.
         * This must be longer than the time for which the messenger redelivers updates, and longer than a superseded
         * instance can keep writing.
         *
         * @param limit rounded up to whole milliseconds
         * @throws IllegalArgumentException if it is not positive or longer than {@link Mutation#MAX_TTL}
         */
        public Builder tombstoneTtl(Duration limit) {
            tombstoneTtl = Mutation.requireTombstoneTtl(limit);
            return this;
        }

        /**
         * Creates missing tables when building. Only this requires the database user to have the permission to create
         * tables. The definitions are also in {@code io/botfsm/jdbc/*.sql} of this library, for database migration
         * tools.
         */
        public Builder createTables() {
            createTables = true;
            return this;
        }

        /** Sets another expression for the time, and another clock for its estimate. */
        Builder clock(String micros, LongSupplier nanos) {
            nowMicros = Optional.of(micros);
            nanoTime = nanos;
            return this;
        }

        /** Sets how often to ask for releases by other processes. */
        Builder hintInterval(Duration interval) {
            hintInterval = interval;
            return this;
        }

        /**
         * Checks the database, which blocks, and creates missing tables if {@link #createTables} is set.
         *
         * @throws StorageUnavailableException if the database cannot be reached
         * @throws StorageRefusedException if the database is of another kind, refuses, or lacks a table or a column, or
         *     if its connections have the isolation level {@code READ UNCOMMITTED}
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
                    throw new StorageRefusedException("the database refused: " + SqlFailure.reason(e), e);
                }
                throw new StorageUnavailableException("the database is unavailable", timeout, e);
            }
        }
    }
}
