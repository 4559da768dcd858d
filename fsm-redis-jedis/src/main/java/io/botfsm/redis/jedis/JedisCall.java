package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.blocking.BlockingCall;
import io.botfsm.redis.spi.blocking.BlockingCalls;
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

    /**
     * A call that no thread has begun.
     *
     * @param asking whether an {@code ASKING} is sent before the command
     * @param follower sent right behind the command on the same connection; what became of it is one more element of
     *     the reply
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
            connection = connections.take(this::leftNanos);
        } catch (RuntimeException e) {
            end(e instanceof RedisPortException known ? known : RedisPortException.notSent(e));
            return;
        }
        if (mayBeSent()) {
            execute(connection);
        } else {
            connections.giveBack(connection);
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
        if (connection.isBroken()) { // by what followed
            connections.forgetIdle();
            decode(reply);
            discard(connection);
        } else {
            connections.giveBack(connection);
            decode(reply);
        }
    }

    /** The command has been executed, whatever becomes of the one behind it. */
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
            connections.giveBack(connection);
            end(error);
        }
    }

    /** After the call has ended, since it may take long. */
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

    /** What Jedis throws for an answer that is an error. */
    static boolean isServerError(Throwable failure) {
        return failure instanceof JedisDataException && failure.getCause() == null;
    }

    @Override
    public String toString() {
        return "JedisCall[" + command.getCommand() + "]";
    }
}
