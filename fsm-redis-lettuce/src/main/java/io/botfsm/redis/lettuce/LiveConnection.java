package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.Reconnecting;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.HashSet;
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
 * Keeps one connection at hand. One that was lost, or on which a call timed out or was refused because it leads to a replica, is replaced by a new one: it is opened with
 * pauses of at most half a second between attempts, told the scripts, and takes the old one's place; only then is the old one
 * closed, so that calls still waiting on it may get their replies. Nothing is ever sent again. Thread-safe.
 */
final class LiveConnection implements Connections {
    private static final Logger LOGGER = LoggerFactory.getLogger(LettuceRedis.class);

    private final String server;
    private final Supplier<CompletionStage<StatefulRedisConnection<byte[], byte[]>>> opener;
    private final ScheduledExecutorService scheduler;
    private final Duration grace;
    private final Runnable onReplaced;
    private final Object lock = new Object();

    /** Replaced connections whose last calls may still be answered. */
    private final Set<StatefulRedisConnection<byte[], byte[]>> retired = new HashSet<>();

    /** One object, so that nobody sees the number of one connection and the other. */
    private volatile Numbered current;

    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    private boolean replacing;
    private boolean closed;

    /** A connection, null once closed, and a number that rises whenever another takes its place or it is no longer what it was. */
    private record Numbered(@Nullable StatefulRedisConnection<byte[], byte[]> connection, long number) {
        Numbered next(@Nullable StatefulRedisConnection<byte[], byte[]> following) {
            return new Numbered(following, number + 1);
        }
    }

    /**
     * A live connection; it begins to live with {@link #start}.
     *
     * @param server the server's name for the log, without credentials
     * @param first a connection that is open; null if the first is to be opened as any other
     * @param opener opens another one; its stage ends in bounded time
     * @param scheduler runs the attempts
     * @param grace how long a call on a replaced connection may still wait for its reply
     * @param onReplaced told when another connection has taken the place of one
     */
    LiveConnection(
            String server,
            @Nullable StatefulRedisConnection<byte[], byte[]> first,
            Supplier<CompletionStage<StatefulRedisConnection<byte[], byte[]>>> opener,
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

    @Override
    public @Nullable StatefulRedisConnection<byte[], byte[]> current() {
        return current.connection();
    }

    @Override
    public long number() {
        return current.number();
    }

    @Override
    public boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    @Override
    public CompletionStage<Void> ready() {
        return ready;
    }

    /** Begins to look after the first connection, or to open it. */
    void start() {
        StatefulRedisConnection<byte[], byte[]> first = current.connection();
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

    private void watch(StatefulRedisConnection<byte[], byte[]> connection) {
        connection.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> lost) {
                replace(connection, "lost");
            }
        });
        if (!connection.isOpen()) {
            replace(connection, "lost");
        }
    }

    @Override
    public void doubt(StatefulRedisConnection<byte[], byte[]> connection, String why) {
        replace(connection, why);
    }

    private void replace(StatefulRedisConnection<byte[], byte[]> connection, String why) {
        synchronized (lock) {
            if (closed || replacing || current.connection() != connection) {
                return;
            }
            replacing = true;
            current = current.next(connection); // a user's client may bring it back, to a server that has restarted
        }
        LOGGER.warn("{}: connection {}; opening another", server, why);
        attempt(0);
    }

    private void attempt(int failures) {
        CompletionStage<StatefulRedisConnection<byte[], byte[]>> opening;
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
                LOGGER.debug("{}: not connected at attempt {}: {}", server, failures + 1, failure.toString());
                attemptLater(failures + 1);
            }
        });
    }

    private CompletionStage<StatefulRedisConnection<byte[], byte[]>> opened() {
        try {
            return opener.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void attemptLater(int failures) {
        try {
            var unused =
                    scheduler.schedule(() -> attempt(failures), Reconnecting.pause(failures), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOGGER.debug("{}: gave up connecting, since the Redis client was shut down", server);
        }
    }

    private void takeOver(StatefulRedisConnection<byte[], byte[]> connection) {
        StatefulRedisConnection<byte[], byte[]> old;
        synchronized (lock) {
            replacing = false;
            if (closed) {
                closeNow(connection);
                return;
            }
            old = current.connection();
            current = current.next(connection);
        }
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

    private void retire(StatefulRedisConnection<byte[], byte[]> old) {
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

    private void end(StatefulRedisConnection<byte[], byte[]> old) {
        boolean mine;
        synchronized (lock) {
            mine = retired.remove(old);
        }
        if (mine) {
            closeNow(old);
        }
    }

    private static void closeNow(StatefulRedisConnection<byte[], byte[]> connection) {
        var unused = connection.closeAsync();
    }

    /** Ends the replacing, and returns the connections that are left to close. */
    Set<StatefulRedisConnection<byte[], byte[]>> end() {
        synchronized (lock) {
            closed = true;
            Set<StatefulRedisConnection<byte[], byte[]>> left = new HashSet<>(retired);
            retired.clear();
            if (current.connection() != null) {
                left.add(current.connection());
            }
            current = current.next(null);
            return left;
        }
    }
}
