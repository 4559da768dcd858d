package io.botfsm.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * The wait of the current thread for a connection. A data source has no timeout for that, but pools react to an
 * interrupt: the thread is interrupted when its time is up, and never after the wait has ended.
 */
final class ConnectionWait {
    private final Thread thread = Thread.currentThread();
    private boolean ended;
    private boolean timedOut;

    private ConnectionWait() {}

    /**
     * Obtains a connection.
     *
     * @throws SQLTimeoutException if the wait was ended by the limit
     * @throws InterruptedException if the thread was interrupted by someone else
     */
    static Connection connect(DataSource dataSource, Duration limit) throws SQLException, InterruptedException {
        ConnectionWait wait = new ConnectionWait();
        CompletableFuture<Object> timer = new CompletableFuture<>();
        var unused =
                timer.orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS).whenComplete((end, timeout) -> wait.timeOut());
        try {
            return dataSource.getConnection();
        } catch (SQLException | RuntimeException e) {
            if (wait.end()) {
                throw new SQLTimeoutException("no connection within " + limit, e);
            }
            if (Thread.interrupted()) {
                throw (InterruptedException)
                        new InterruptedException("interrupted in the wait for a connection").initCause(e);
            }
            throw e;
        } finally {
            wait.end();
            timer.cancel(false);
        }
    }

    private synchronized void timeOut() {
        if (!ended) {
            timedOut = true;
            thread.interrupt();
        }
    }

    /** Ends the wait. Returns whether it timed out; the interrupt is then cleared. */
    private synchronized boolean end() {
        if (!ended && timedOut) {
            var unused = Thread.interrupted();
        }
        ended = true;
        return timedOut;
    }
}
