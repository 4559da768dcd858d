package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.CommandTimeouts;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * The socket of an operation with a time limit, such as opening a connection; it is closed when the time is over. The
 * timeout of a socket applies to each read, so a reply that arrives byte by byte never exceeds it. Thread-safe.
 */
final class TimedSockets implements JedisSocketFactory, CommandTimeouts.TimedCommand {
    private final JedisSocketFactory sockets;
    private final Object lock = new Object();
    private @Nullable Socket open;
    private boolean timedOut;
    private volatile boolean done;

    private TimedSockets(JedisSocketFactory sockets) {
        this.sockets = sockets;
    }

    /** Runs work with a socket, which is closed if the work does not end in time. */
    static <T> T use(JedisSocketFactory sockets, CommandTimeouts timeouts, Function<JedisSocketFactory, T> work) {
        TimedSockets timed = new TimedSockets(sockets);
        timeouts.begin(timed);
        try {
            return work.apply(timed);
        } finally {
            timed.done = true;
        }
    }

    @Override
    public Socket createSocket() {
        Socket created = sockets.createSocket();
        synchronized (lock) {
            open = created;
            if (!timedOut) {
                return created;
            }
        }
        close(created);
        throw new JedisConnectionException("not connected in time");
    }

    @Override
    public boolean isDone() {
        return done;
    }

    @Override
    public void timeOut(Duration timeout) {
        Socket late;
        synchronized (lock) {
            timedOut = true;
            late = open;
        }
        if (late != null) {
            close(late);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use in any case.
        }
    }
}
