package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.RedisPort.FollowedScripts;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The connections to one server for scripts that a command follows. They end with their scripts, or all at once. Thread-safe. */
final class FollowedConnections {
    private final Supplier<LiveConnection> connections;
    private final Consumer<PortCommand<?>> onBegin;
    private final Duration timeout;
    private final Object lock = new Object();
    private final Set<LiveConnection> open = new HashSet<>();
    private boolean closed;

    /**
     * None yet.
     *
     * @param connections makes one, not begun, to be opened as any other
     * @param onBegin is told of each command, and ends it when its time is over
     * @param timeout how long a call may take
     */
    FollowedConnections(Supplier<LiveConnection> connections, Consumer<PortCommand<?>> onBegin, Duration timeout) {
        this.connections = connections;
        this.onBegin = onBegin;
        this.timeout = timeout;
    }

    /** For a port that is only to prepare a connection. */
    static FollowedConnections none() {
        return new FollowedConnections(
                () -> {
                    throw new IllegalStateException("a connection that is being prepared has no other beside it");
                },
                command -> {},
                Duration.ZERO);
    }

    /** Opens a connection for such scripts. Returns at once. */
    FollowedScripts scripts(List<byte[]> command, boolean asking) {
        LiveConnection live = connections.get();
        boolean late;
        synchronized (lock) {
            late = closed;
            open.add(live);
        }
        if (late) {
            end(live);
        } else {
            live.start();
        }
        return new FollowedCalls(live, command, asking, onBegin, timeout, () -> end(live));
    }

    private void end(LiveConnection live) {
        synchronized (lock) {
            open.remove(live);
        }
        for (StatefulRedisConnection<byte[], byte[]> connection : live.end()) {
            var unused = connection.closeAsync();
        }
    }

    /** Ends all of them, and returns the connections that are left to close. */
    Set<StatefulRedisConnection<byte[], byte[]>> end() {
        Set<LiveConnection> all;
        synchronized (lock) {
            closed = true;
            all = Set.copyOf(open);
            open.clear();
        }
        Set<StatefulRedisConnection<byte[], byte[]>> left = new HashSet<>();
        all.forEach(live -> left.addAll(live.end()));
        return left;
    }
}
