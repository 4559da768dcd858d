package io.botfsm.redis.spi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that is replaced by a new one when it is lost, when a call on it times out, or when it turns out to lead
 * to a replica. The new connection is opened with pauses of at most half a second between attempts, is initialized, and
 * replaces the old one. Only then is the old one closed, so that calls still waiting on it may get their replies. No
 * command is ever sent again. Thread-safe.
 */
final class ReconnectingConnection {
    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 500;
    private static final Logger LOGGER = LoggerFactory.getLogger(ReconnectingConnection.class.getPackageName());

    private final String server;
    private final Supplier<CompletionStage<ServerConnection>> opener;
    private final ScheduledExecutorService scheduler;
    private final Duration grace;
    private final Runnable onReplaced;
    private final Object lock = new Object();

    /** Replaced connections whose last calls may still be answered. */
    private final Set<ServerConnection> retired = new HashSet<>();

    /** One object, so that nobody reads the number of one connection together with another connection. */
    private volatile Numbered current;

    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    /** The failure of the last attempt to connect; null if connected since. */
    private volatile @Nullable RedisPortException notConnected;

    private boolean replacing;
    private boolean closed;

    /**
     * A connection, null before the first one and after closing, and a number that increases when a replacement is
     * needed, and again when it takes over.
     */
    private record Numbered(@Nullable ServerConnection connection, long number) {
        Numbered next(@Nullable ServerConnection following) {
            return new Numbered(following, number + 1);
        }
    }

    /**
     * Creates a connection, which is watched after {@link #start}.
     *
     * @param server the server's name for the log, without credentials
     * @param first an open connection; null if the opener opens the first one too
     * @param opener opens a connection; its stage completes in bounded time
     * @param scheduler runs the attempts
     * @param grace how long a call on a replaced connection may still wait for its reply
     * @param onReplaced notified when the connection has been replaced
     */
    ReconnectingConnection(
            String server,
            @Nullable ServerConnection first,
            Supplier<CompletionStage<ServerConnection>> opener,
            ScheduledExecutorService scheduler,
            Duration grace,
            Runnable onReplaced) {
        this.server = server;
        this.opener = opener;
        this.scheduler = scheduler;
        this.grace = grace;
        this.onReplaced = onReplaced;
        this.current = new Numbered(first, 0);
    }

    /** The current connection, even if it is lost; null before the first one and after closing. */
    @Nullable
    ServerConnection current() {
        return current.connection();
    }

    /** Why no command can be sent at the moment. */
    RedisPortException unavailable() {
        RedisPortException why = notConnected;
        return isClosed() ? RedisPortException.closed() : why != null ? why : RedisPortException.notSent(null);
    }

    /** A number that increases before the first command is answered over a new connection. */
    long number() {
        return current.number();
    }

    boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    /** Completes when the first connection is open. */
    CompletionStage<Void> ready() {
        return ready;
    }

    /** Starts to watch the first connection, or to open it. */
    void start() {
        ServerConnection first = current.connection();
        if (first != null) {
            ready.complete(null);
            watch(first);
        } else {
            synchronized (lock) {
                replacing = true;
            }
            attempt(0);
        }
    }

    private void watch(ServerConnection connection) {
        connection.watch(why -> replace(connection, why));
    }

    private void replace(ServerConnection connection, String why) {
        synchronized (lock) {
            if (closed || replacing || current.connection() != connection) {
                return;
            }
            replacing = true;
            current = current.next(connection); // a user's client may reconnect it, to a server that has restarted
        }
        LOGGER.warn("{}: connection {}; opening another", server, why);
        attempt(0);
    }

    private void attempt(int failures) {
        CompletionStage<ServerConnection> opening;
        synchronized (lock) { // so that a client is not asked while it is shut down
            if (closed) {
                return;
            }
            opening = opened();
        }
        var unused = opening.whenComplete((connection, failure) -> {
            if (failure == null) {
                takeOver(connection);
            } else {
                failed(RedisPortException.notConnected(failure), failures + 1);
                attemptLater(failures + 1);
            }
        });
    }

    /** Logs a warning once for a failure that someone may have to fix, rather than at each attempt of an outage. */
    private void failed(RedisPortException why, int attempts) {
        RedisPortException before = notConnected;
        notConnected = why;
        boolean warned = before != null && before.isLasting() && before.code().equals(why.code());
        if (why.isLasting() && !warned) {
            LOGGER.warn("{}: not connected at attempt {}, trying again: {}", server, attempts, why.getMessage());
        } else {
            LOGGER.debug("{}: not connected at attempt {}: {}", server, attempts, why.getMessage());
        }
    }

    private CompletionStage<ServerConnection> opened() {
        try {
            return opener.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void attemptLater(int failures) {
        try {
            var unused = scheduler.schedule(() -> attempt(failures), pause(failures), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOGGER.debug("{}: gave up connecting, since the Redis client was shut down", server);
        }
    }

    /** Returns the pause in milliseconds after the given number of failed attempts, at least 1. */
    static long pause(int failures) {
        return Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(failures - 1, 10));
    }

    private void takeOver(ServerConnection connection) {
        ServerConnection old;
        synchronized (lock) {
            replacing = false;
            if (closed) {
                closeNow(connection);
                return;
            }
            old = current.connection();
            current = current.next(connection);
        }
        notConnected = null;
        watch(connection);
        if (old == null) {
            LOGGER.debug("{}: connected", server);
            ready.complete(null);
        } else {
            LOGGER.info("{}: connected again", server);
            onReplaced.run();
            retire(old);
        }
    }

    private void retire(ServerConnection old) {
        if (!old.isOpen()) {
            closeNow(old);
            return;
        }
        synchronized (lock) {
            retired.add(old);
        }
        try {
            var unused = scheduler.schedule(() -> end(old), grace.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            end(old);
        }
    }

    private void end(ServerConnection old) {
        boolean mine;
        synchronized (lock) {
            mine = retired.remove(old);
        }
        if (mine) {
            closeNow(old);
        }
    }

    private static void closeNow(ServerConnection connection) {
        var unused = connection.close();
    }

    /** Stops replacing and closes all connections. Idempotent. */
    void close() {
        List<ServerConnection> left;
        synchronized (lock) {
            closed = true;
            left = new ArrayList<>(retired);
            retired.clear();
            if (current.connection() != null) {
                left.add(current.connection());
            }
            current = current.next(null);
        }
        left.forEach(ReconnectingConnection::closeNow);
    }
}
