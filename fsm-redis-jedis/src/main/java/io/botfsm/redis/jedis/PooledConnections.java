package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RoleCheck;
import io.botfsm.redis.spi.ServerTarget;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.util.Pool;

/**
 * The connections of a Jedis pool, except those that are known or suspected to be dead. Each new connection is asked
 * which server process it leads to; if that is another one, connections to the previous process are not used again. A
 * connection that was idle for some time is tested with a command. When one is found broken, all idle ones are closed,
 * since the same cause has usually broken all of them. Thread-safe.
 */
final class PooledConnections {
    /** After this time without a command, a connection may have died unnoticed, and another round trip costs little. */
    private static final long IDLE_NANOS = 1_000_000_000;

    private static final Pattern RUN_ID = Pattern.compile("(?m)^run_id:([0-9a-f]+)\\s*$");
    private static final Logger LOGGER = LoggerFactory.getLogger(PooledConnections.class.getPackageName());

    private final ServerTarget target;
    private final ConnectionProvider provider;
    private final Object lock = new Object();

    /** The initialized connections, and some that the pool has closed since the last new one. */
    private final Map<Connection, Known> known = new ConcurrentHashMap<>();

    private volatile ServerProcess process = new ServerProcess("", 0);
    private volatile boolean closed;

    /** A server process, and how many there were before. */
    private record ServerProcess(String runId, long number) {}

    private static final class Known {
        final long number;
        final int soTimeout;
        volatile long lastUse = System.nanoTime();

        Known(long number, int soTimeout) {
            this.number = number;
            this.soTimeout = soTimeout;
        }
    }

    /** The connections of a pool to this server. */
    PooledConnections(ServerTarget target, ConnectionProvider provider) {
        this.target = target;
        this.provider = provider;
    }

    /** Increases before the first command is answered by another server process. */
    long number() {
        return process.number();
    }

    /**
     * Returns a connection for one command, which must be given back. Waits as the pool does.
     *
     * @param leftNanos how long the command may still take; also limits the wait for its reply
     * @param onUse notified of each connection that is tried, before anything is sent over it; closing that connection
     *     ends the attempt
     * @throws RedisPortException if there is no connection; nothing was sent
     */
    Connection take(LongSupplier leftNanos, Consumer<Connection> onUse) {
        while (!closed && leftNanos.getAsLong() > 0) {
            Connection connection = opened();
            onUse.accept(connection);
            if (leftNanos.getAsLong() <= 0) { // opening it has taken all the time, and it may be closed at any moment
                discard(connection);
                break;
            }
            try {
                int soTimeout = connection.getSoTimeout();
                limit(connection, leftNanos);
                if (isUsable(connection, soTimeout)) {
                    limit(connection, leftNanos);
                    return connection;
                }
                discard(connection);
            } catch (JedisConnectionException dead) {
                broken(connection);
                if (!known.containsKey(connection)) {
                    throw RedisPortException.notSent(dead);
                }
            } catch (JedisException e) {
                discard(connection);
                throw refused(e);
            }
        }
        throw closed ? RedisPortException.closed() : RedisPortException.notSent(null);
    }

    private static void limit(Connection connection, LongSupplier leftNanos) {
        connection.setSoTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(leftNanos.getAsLong())));
    }

    private Connection opened() {
        try {
            return provider.getConnection();
        } catch (JedisException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
            }
            throw closed ? RedisPortException.closed() : refused(e);
        }
    }

    /** Returns why there is no connection: the error of the server or of a Sentinel, if there is one. */
    static RedisPortException refused(JedisException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (JedisCall.isServerError(cause)) {
                return RedisPortException.notConnected(
                        RedisPortException.ofServerError(String.valueOf(cause.getMessage())));
            }
        }
        return RedisPortException.notConnected(failure);
    }

    private boolean isUsable(Connection connection, int soTimeout) {
        Known before = known.get(connection);
        if (before == null) {
            greet(connection, soTimeout);
            return true;
        }
        if (before.number != process.number()) {
            return false;
        }
        if (System.nanoTime() - before.lastUse > IDLE_NANOS) {
            info(connection, "server"); // a PING would require another permission
        }
        return true;
    }

    private void greet(Connection connection, int soTimeout) {
        Matcher runId = RUN_ID.matcher(info(connection, "server"));
        String id = runId.find() ? runId.group(1) : "";
        ServerProcess before = process;
        boolean isOtherProcess = id.isEmpty() || !id.equals(before.runId());
        if (target.role().isNeeded(isOtherProcess && before.number() > 0)
                && RoleCheck.isReplica(info(connection, "replication"))) {
            throw new JedisDataException("READONLY");
        }
        synchronized (lock) {
            isOtherProcess = id.isEmpty() || !id.equals(process.runId());
            if (isOtherProcess) {
                process = new ServerProcess(id, process.number() + 1);
                LOGGER.debug("{}: connected to process {}", target.name(), id);
            }
            known.keySet().removeIf(old -> !old.isConnected());
            known.put(connection, new Known(process.number(), soTimeout));
        }
        if (isOtherProcess && before.number() > 0) {
            target.onReplaced().run();
        }
    }

    private static String info(Connection connection, String section) {
        return JedisReply.text(connection.executeCommand(new CommandArguments(Protocol.Command.INFO).add(section)));
    }

    /** The server of this connection is no longer a master: no other connection to it is used again. */
    void demoted(Connection connection) {
        synchronized (lock) {
            Known of = known.get(connection);
            if (of != null && of.number == process.number()) {
                process = new ServerProcess("", process.number() + 1);
            }
        }
        forgetIdle();
        target.onReplaced().run();
    }

    /** Takes back a working connection. */
    void giveBack(Connection connection) {
        Known of = known.get(connection);
        if (of != null) {
            of.lastUse = System.nanoTime();
            connection.setSoTimeout(of.soTimeout); // others may use it too
        }
        close(connection);
    }

    /** Takes back a connection that failed. */
    void broken(Connection connection) {
        forgetIdle();
        discard(connection);
    }

    /** Closes idle connections, after one to the same server was found broken. */
    void forgetIdle() {
        for (Object pool : provider.getConnectionMap().values()) {
            ((Pool<?>) pool).clear();
        }
    }

    void discard(Connection connection) {
        connection.setBroken();
        close(connection);
    }

    /** The pool may open another in place of a broken one, and fails if it cannot. */
    private void close(Connection connection) {
        try {
            connection.close();
        } catch (JedisException e) {
            LOGGER.debug("{}: a broken connection could not be replaced", target.name(), e);
        }
    }

    void close() {
        closed = true;
        try {
            provider.close();
        } catch (Exception e) {
            LOGGER.debug("{}: the connections could not be closed properly", target.name(), e);
        }
    }
}
