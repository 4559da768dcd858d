package io.botfsm.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;

/**
 * The wait of the current thread for a connection. A data source has no timeout for that, but pools react to an
 * interrupt: the thread is interrupted when its time is up, at most {@value #CHECK_INTERVAL_MILLIS} ms late, and never
 * after the wait has ended. All waits are checked together at intervals, since a timer for each would cost more than
 * the thread switches that running a call on the caller's thread saves.
 */
final class ConnectionWait {
    private static final long CHECK_INTERVAL_MILLIS = 50;

    private static final Set<ConnectionWait> WAITS = ConcurrentHashMap.newKeySet();
    private static final AtomicBoolean CHECK_PENDING = new AtomicBoolean();
    private static final Executor LATER =
            CompletableFuture.delayedExecutor(CHECK_INTERVAL_MILLIS, TimeUnit.MILLISECONDS, Runnable::run);

    private final Thread thread = Thread.currentThread();
    private final long begin = System.nanoTime();
    private final Duration limit;
    private boolean ended;
    private boolean timedOut;

    private ConnectionWait(Duration limit) {
        this.limit = limit;
    }

    /**
     * Obtains a connection.
     *
     * @throws SQLTimeoutException if the wait was ended by the limit
     * @throws InterruptedException if the thread was interrupted by someone else
     */
    static Connection connect(DataSource dataSource, Duration limit) throws SQLException, InterruptedException {
        ConnectionWait wait = new ConnectionWait(limit);
        WAITS.add(wait);
        checkLater();
        try {
            return dataSource.getConnection();
        } catch (SQLException | RuntimeException e) {
            if (wait.end()) {
                throw new SQLTimeoutException("no connection within " + limit, e);
            }
            if (Thread.interrupted()) {
                InterruptedException interrupt = new InterruptedException("interrupted in the wait for a connection");
                interrupt.initCause(e);
                throw interrupt;
            }
            throw e;
        } finally {
            wait.end();
        }
    }

    private static void checkLater() {
        if (!WAITS.isEmpty() && CHECK_PENDING.compareAndSet(false, true)) {
            LATER.execute(ConnectionWait::check);
        }
    }

    private static void check() {
        CHECK_PENDING.set(false); // first, so that a wait that begins now is checked later
        WAITS.forEach(ConnectionWait::checkTime);
        checkLater();
    }

    private synchronized void checkTime() {
        if (!ended && !timedOut && System.nanoTime() - begin >= limit.toNanos()) {
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
        WAITS.remove(this);
        return timedOut;
    }
}
