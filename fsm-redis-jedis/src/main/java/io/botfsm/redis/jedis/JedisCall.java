package io.botfsm.redis.jedis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.blocking.BlockingCall;
import io.botfsm.redis.spi.blocking.BlockingCalls;
import io.botfsm.redis.spi.blocking.PortThreads;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/** A call of one command on a connection of a pool. */
final class JedisCall extends BlockingCall {
    private final PooledConnections connections;
    private final BlockingCalls calls;
    private final CommandArguments command;
    private final boolean asking;
    private final Optional<CommandArguments> follower;

    private final Object lock = new Object();
    private @Nullable Connection inUse;
    private boolean abandoned;

    /**
     * A call that no thread has begun.
     *
     * @param asking whether an {@code ASKING} is sent before the command
     * @param follower a command that is sent after it on the same connection; its reply or failure is an additional
     *     last element of the reply
     */
    JedisCall(
            PooledConnections connections,
            BlockingCalls calls,
            CommandArguments command,
            boolean asking,
            Optional<CommandArguments> follower) {
        super(calls);
        this.connections = connections;
        this.calls = calls;
        this.command = command;
        this.asking = asking;
        this.follower = follower;
    }

    @Override
    protected void exchange() {
        Connection connection;
        try {
            connection = connections.take(this::leftNanos, this::use);
        } catch (RuntimeException e) {
            end(e instanceof RedisPortException known ? known : RedisPortException.notSent(e));
            return;
        }
        if (mayBeSent()) {
            execute(connection);
        } else {
            giveBack(connection);
        }
    }

    private void use(Connection connection) {
        synchronized (lock) {
            inUse = connection;
        }
    }

    /** Ends the use of the connection. Returns false if the call was abandoned, which closes the connection. */
    private boolean endUse() {
        synchronized (lock) {
            inUse = null;
            return !abandoned;
        }
    }

    /**
     * Closes the connection, since the timeout of a socket applies to each read: a reply that arrives byte by byte
     * never exceeds it.
     */
    @Override
    protected void abandon() {
        Connection connection;
        synchronized (lock) {
            abandoned = true;
            connection = inUse;
        }
        if (connection != null) { // on a separate thread, since older versions flush before they close
            PortThreads.daemon(() -> JedisVersions.disconnect(connection), "fsm-jedis-timeout")
                    .start();
        }
    }

    private void execute(Connection connection) {
        Object reply;
        try {
            if (asking) {
                connection.executeCommand(Command.ASKING);
            }
            reply = connection.executeCommand(command);
            if (follower.isPresent()) {
                reply = Arrays.asList(reply, followed(connection, follower.get()));
            }
        } catch (RuntimeException e) {
            failed(connection, e);
            return;
        }
        if (connection.isBroken()) { // by the command that followed
            connections.forgetIdle();
            decode(reply);
            discard(connection);
        } else {
            giveBack(connection);
            decode(reply);
        }
    }

    /** Sends the following command. Its failure is returned, since the first command has been executed in any case. */
    private static Object followed(Connection connection, CommandArguments follower) {
        try {
            return connection.executeCommand(follower);
        } catch (RuntimeException e) {
            return isServerError(e)
                    ? RedisPortException.ofServerError(String.valueOf(e.getMessage()))
                    : RedisPortException.outcomeUnknown(e);
        }
    }

    private void failed(Connection connection, RuntimeException failure) {
        if (!isServerError(failure)) {
            connections.forgetIdle();
            end(RedisPortException.outcomeUnknown(failure));
            discard(connection);
            return;
        }
        RedisPortException error = RedisPortException.ofServerError(String.valueOf(failure.getMessage()));
        if (error.code().equals("READONLY")) {
            connections.demoted(connection);
            end(error);
            discard(connection);
        } else {
            giveBack(connection);
            end(error);
        }
    }

    private void giveBack(Connection connection) {
        if (endUse()) {
            connections.giveBack(connection);
        } else {
            discard(connection);
        }
    }

    /** Called after the call has ended, since closing may take long. */
    private void discard(Connection connection) {
        calls.run(() -> connections.discard(connection));
    }

    private void decode(@Nullable Object reply) {
        List<Object> decoded;
        try {
            decoded = follower.isEmpty() ? JedisReply.list(reply) : JedisReply.followed(reply);
        } catch (RuntimeException e) {
            end(RedisPortException.outcomeUnknown(e));
            return;
        }
        complete(decoded);
    }

    /** Returns whether Jedis throws this failure for an error reply. */
    static boolean isServerError(Throwable failure) {
        return failure instanceof JedisDataException && failure.getCause() == null;
    }

    @Override
    public String toString() {
        return "JedisCall[" + new String(command.getCommand().getRaw(), US_ASCII) + "]";
    }
}
