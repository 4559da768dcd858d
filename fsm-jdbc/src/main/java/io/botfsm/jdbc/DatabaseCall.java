package io.botfsm.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One call to the database, with its connection, its deadline, and whether it may have changed anything. A statement
 * outside a {@linkplain #transaction transaction} is a transaction of its own. One thread executes the statements; any
 * thread may let the call expire.
 */
final class DatabaseCall {
    private static final int AT_ONCE = 3;
    private static final int LONGEST_PAUSE_MILLIS = 50;

    private final Dialect dialect;
    private final Connection connection;
    private final CallProgress progress;
    private final boolean limitsQueries;

    /**
     * A call.
     *
     * @param limitsQueries whether each statement gets a query timeout of the time left, at least a second; otherwise
     *     the settings of the connection limit it
     */
    DatabaseCall(Dialect dialect, Connection connection, CallProgress progress, boolean limitsQueries) {
        this.dialect = dialect;
        this.connection = connection;
        this.progress = progress;
        this.limitsQueries = limitsQueries;
    }

    interface Binding {
        void to(PreparedStatement statement) throws SQLException;
    }

    interface Reading<T> {
        T from(ResultSet rows) throws SQLException;
    }

    interface Attempt<T> {
        /** Empty if another transaction interfered. */
        Optional<T> make() throws SQLException;
    }

    /** Thrown when other transactions interfered until the timeout. Nothing was changed. */
    @SuppressWarnings("serial") // never leaves this package
    static final class LostEveryRace extends RuntimeException {
        private final int attempts;

        LostEveryRace(int attempts) {
            this.attempts = attempts;
        }

        int attempts() {
            return attempts;
        }
    }

    /** Repeats an attempt until it succeeds or the time is up, with random, growing pauses. */
    <T> T untilWon(Attempt<T> attempt) throws SQLException, InterruptedException {
        for (int losses = 0; ; losses++) {
            Optional<T> result = attempt.make();
            if (result.isPresent()) {
                return result.get();
            }
            if (losses >= AT_ONCE) {
                int longest = Math.min(LONGEST_PAUSE_MILLIS, 1 << Math.min(losses - AT_ONCE, 6));
                TimeUnit.MICROSECONDS.sleep(ThreadLocalRandom.current().nextLong(longest * 1_000L));
            }
            if (progress.isEnding()) {
                throw new LostEveryRace(losses + 1);
            }
        }
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        if (limitsQueries) {
            statement.setQueryTimeout((int) Math.max(1, progress.left().toSeconds()));
        }
        return statement;
    }

    /** Runs a query; empty if another transaction interfered, as may happen under {@code SERIALIZABLE}. */
    <T> Optional<T> query(String sql, Binding binding, Reading<T> reading) throws SQLException {
        try (PreparedStatement statement = prepare(sql)) {
            binding.to(statement);
            try (ResultSet rows = statement.executeQuery()) {
                return Optional.of(reading.from(rows));
            }
        } catch (SQLException e) {
            if (SqlFailure.of(e, dialect) == SqlFailure.LOST_RACE) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Changes a row. Returns false if it was not as expected, or another transaction interfered. */
    boolean change(String sql, Binding binding) throws SQLException {
        try (PreparedStatement statement = prepare(sql)) {
            binding.to(statement);
            return changed(statement);
        }
    }

    private boolean changed(PreparedStatement statement) throws SQLException {
        progress.begin();
        try {
            boolean changed = statement.executeUpdate() > 0;
            if (!changed) {
                progress.nothingChanged();
            }
            return changed;
        } catch (SQLException e) {
            SqlFailure failure = SqlFailure.of(e, dialect);
            if (failure != SqlFailure.UNKNOWN) {
                progress.nothingChanged();
            }
            if (failure != SqlFailure.LOST_RACE) {
                throw e;
            }
            return false;
        }
    }

    /**
     * Runs a transaction, and retries it while others interfere. If the database supports it, a transaction in which
     * nothing happens for the timeout of a call is ended, so that a frozen instance does not block others.
     */
    <T> T transaction(DatabaseTransaction.Work<T> work) throws SQLException, InterruptedException {
        return untilWon(() -> {
            connection.setAutoCommit(false);
            Optional<T> result;
            try {
                DatabaseTransaction transaction = new DatabaseTransaction(connection, this::prepare);
                transaction.execute(dialect.limitOfIdleTransaction(progress.timeout));
                result = Optional.of(work.in(transaction));
                progress.begin();
                connection.commit();
            } catch (SQLException e) {
                SqlFailure failure = SqlFailure.of(e, dialect);
                if (failure != SqlFailure.UNKNOWN) {
                    progress.nothingChanged();
                }
                rollBack(e);
                if (failure != SqlFailure.LOST_RACE) {
                    throw e;
                }
                return Optional.empty();
            } catch (Throwable e) { // whatever it is: the connection's next user must not commit half of it
                rollBack(e);
                throw e;
            }
            connection.setAutoCommit(true);
            return result;
        });
    }

    /** Rolls back. If that fails, the connection is left as it is for its provider, since resetting it would commit. */
    private void rollBack(Throwable cause) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** The progress of a call. Thread-safe. */
    static final class CallProgress {
        private static final Duration LONGEST_ENDING = Duration.ofMillis(200);

        private final Duration timeout;
        private final Duration ending;
        private final long end;
        private boolean changing;
        private boolean expired;

        CallProgress(Duration timeout) {
            this.timeout = timeout;
            ending = Collections.min(List.of(LONGEST_ENDING, timeout.dividedBy(4)));
            end = System.nanoTime() + timeout.toNanos();
        }

        /** Returns the remaining time; never negative. */
        Duration left() {
            return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
        }

        /** Returns whether so little time is left that another attempt might end without an answer. */
        boolean isEnding() {
            return left().compareTo(ending) < 0;
        }

        private synchronized void begin() {
            if (expired || left().isZero()) {
                throw new IllegalStateException("the call has timed out");
            }
            changing = true;
        }

        private synchronized void nothingChanged() {
            changing = false;
        }

        /** Ends the call: no statement that changes anything starts after that. */
        synchronized void expire() {
            expired = true;
        }

        /** Returns whether a statement has changed something, or may still do so. */
        synchronized boolean mayHaveChanged() {
            return changing;
        }
    }
}
