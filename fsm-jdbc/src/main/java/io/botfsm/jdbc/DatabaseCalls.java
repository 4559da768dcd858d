package io.botfsm.jdbc;

import io.botfsm.internal.guard.WaitingCaller;
import io.botfsm.jdbc.DatabaseCall.CallProgress;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs calls to the database, each on its own connection and within the timeout: on the thread of a caller that waits
 * for the result, if the driver limits statements to the time left; otherwise on an executor. Thread-safe.
 *
 * <p>A failed call reports precisely whether it may have changed something: before it sends a statement that changes
 * data, it has changed nothing and, once that is reported, never will.
 */
final class DatabaseCalls {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseCalls.class.getPackageName());

    private static final Duration SHORTEST_QUERY_TIMEOUT = Duration.ofSeconds(1);

    private final DataSource dataSource;
    private final Dialect dialect;
    private final Executor executor;
    private final Duration timeout;
    private volatile boolean hasNetworkTimeout = true;

    DatabaseCalls(DataSource dataSource, Dialect dialect, Executor executor, Duration timeout) {
        this.dataSource = dataSource;
        this.dialect = dialect;
        this.executor = executor;
        this.timeout = timeout;
    }

    interface Work<T> {
        T on(DatabaseCall call) throws SQLException, InterruptedException;
    }

    interface Failures {
        RuntimeException of(Throwable cause, boolean mayBeApplied);
    }

    /** Returns how long a call may take, including the wait for a thread and a connection. */
    Duration timeout() {
        return timeout;
    }

    Dialect dialect() {
        return dialect;
    }

    Executor executor() {
        return executor;
    }

    /** Returns whether a call that is made now runs on the current thread. */
    boolean runsHere() {
        return limitsStatements() && WaitingCaller.waitsFor(timeout);
    }

    private boolean limitsStatements() {
        return dialect.limitsByQueryTimeout()
                ? timeout.compareTo(SHORTEST_QUERY_TIMEOUT) >= 0
                : hasNetworkTimeout && dialect.limitsByNetworkTimeout();
    }

    /** Runs the work. Failures are converted by {@code failures}. */
    <T> CompletableFuture<T> call(Work<T> work, Failures failures) {
        if (!runsHere()) {
            return callElsewhere(work, failures);
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        run(work, new CallProgress(timeout), answer, failures);
        return answer;
    }

    /**
     * Runs the work on the executor. For a call that is made within another one: on the same thread it would wait for a
     * second connection while it holds the first.
     */
    <T> CompletableFuture<T> callElsewhere(Work<T> work, Failures failures) {
        CallProgress progress = new CallProgress(timeout);
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> run(work, progress, answer, failures));
        } catch (Throwable refused) { // such as no memory for a thread
            progress.expire();
            return CompletableFuture.failedFuture(failures.of(refused, progress.mayHaveChanged()));
        }
        return answer.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS).exceptionallyCompose(failure -> {
            if (!(failure instanceof TimeoutException)) {
                return CompletableFuture.failedFuture(failure);
            }
            progress.expire();
            return CompletableFuture.failedFuture(failures.of(failure, progress.mayHaveChanged()));
        });
    }

    private <T> void run(Work<T> work, CallProgress progress, CompletableFuture<T> answer, Failures failures) {
        T value;
        try {
            value = connected(work, progress);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.completeExceptionally(failures.of(e, progress.mayHaveChanged()));
            return;
        } catch (Throwable e) { // whatever a driver throws, the caller must hear of it
            answer.completeExceptionally(failures.of(e, progress.mayHaveChanged()));
            return;
        }
        answer.complete(value);
    }

    private <T> T connected(Work<T> work, CallProgress progress) throws SQLException, InterruptedException {
        requireTime(progress);
        boolean here = runsHere();
        Connection connection = here ? ConnectionWait.connect(dataSource, progress.left()) : dataSource.getConnection();
        boolean autoCommit = true;
        int networkTimeout = -1;
        try {
            requireTime(progress);
            autoCommit = connection.getAutoCommit();
            if (!autoCommit) {
                connection.setAutoCommit(true);
            }
            networkTimeout = limitNetwork(connection, progress);
            return work.on(new DatabaseCall(dialect, connection, progress, here && dialect.limitsByQueryTimeout()));
        } finally {
            giveBack(connection, autoCommit, networkTimeout);
        }
    }

    /**
     * Fails if a statement would hardly get its answer in time: the driver would then close the connection, and if many
     * calls wait, each would cost a connection.
     */
    private static void requireTime(CallProgress progress) throws SQLTimeoutException {
        if (progress.isEnding()) {
            throw new SQLTimeoutException("the call timed out before it got a thread and a connection");
        }
    }

    /** Limits the driver's network timeout to the end of the call. Returns the former setting, or −1. */
    private int limitNetwork(Connection connection, CallProgress progress) throws SQLException {
        if (!hasNetworkTimeout) {
            return -1;
        }
        try {
            int before = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, (int)
                    Math.max(1, Math.min(Integer.MAX_VALUE, progress.left().toMillis())));
            return before;
        } catch (SQLException | AbstractMethodError e) {
            if (connection.isClosed()) {
                throw e;
            }
            hasNetworkTimeout = false;
            return -1;
        }
    }

    /** Returns the connection. A failure here does not affect the result of the call. */
    private static void giveBack(Connection connection, boolean autoCommit, int networkTimeout) {
        try (connection) {
            if (!connection.isClosed()) {
                if (networkTimeout >= 0) {
                    connection.setNetworkTimeout(Runnable::run, networkTimeout);
                }
                if (!autoCommit) {
                    connection.setAutoCommit(false);
                }
            }
        } catch (SQLException | RuntimeException e) {
            LOG.debug("The settings of a connection could not be restored before it was returned", e);
        }
    }
}
