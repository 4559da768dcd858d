package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.CommandTimeouts;
import io.botfsm.redis.spi.RedisPortException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/** A command that is sent at most once, by whichever thread runs it, and knows whether it was. */
final class JedisCall extends CallerRunsFuture<List<Object>> implements Runnable, CommandTimeouts.Command {
    private static final int WAITING = 0;
    private static final int TAKEN = 1;
    private static final int SENT = 2;
    private static final int GIVEN_UP = 3;

    private final PooledConnections connections;
    private final Handover handover;
    private final CommandArguments command;
    private final boolean asking;
    private final Optional<CommandArguments> follower;
    private final long timeoutNanos;
    private final long begin = System.nanoTime();
    private final AtomicInteger progress = new AtomicInteger(WAITING);

    /**
     * A call that no thread has begun.
     *
     * @param asking whether an {@code ASKING} is sent before the command
     * @param follower sent right behind the command on the same connection; what became of it is one more element of the reply
     */
    JedisCall(
            PooledConnections connections,
            Handover handover,
            Duration timeout,
            CommandArguments command,
            boolean asking,
            Optional<CommandArguments> follower) {
        this.connections = connections;
        this.handover = handover;
        this.timeoutNanos = timeout.toNanos();
        this.command = command;
        this.asking = asking;
        this.follower = follower;
    }

    @Override
    JedisCall call() {
        return this;
    }

    /** Whether no thread has begun it. */
    boolean isWaiting() {
        return progress.get() == WAITING;
    }

    /** On a thread of the port: sends the command and waits for the reply, unless another thread does. */
    @Override
    public void run() {
        if (progress.compareAndSet(WAITING, TAKEN)) {
            handover.ranByThread();
            send();
        }
    }

    /** The same on the thread of one who waits, if that one would wait for as long as the call may take. */
    void runHere(long waitNanos) {
        if (waitNanos >= timeoutNanos && progress.compareAndSet(WAITING, TAKEN)) {
            handover.ranByWaiter();
            send();
        }
    }

    private long leftNanos() {
        return timeoutNanos - (System.nanoTime() - begin);
    }

    private void send() {
        Connection connection;
        try {
            connection = connections.take(this::leftNanos);
        } catch (RuntimeException e) {
            end(e instanceof RedisPortException known ? known : RedisPortException.notSent(e));
            return;
        }
        if (progress.compareAndSet(TAKEN, SENT)) {
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
        handover.run(() -> connections.discard(connection));
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
    public void timeOut(Duration timeout) {
        end(new TimeoutException("no answer within " + timeout));
    }

    /** The port does not run it. */
    void giveUp(RedisPortException why) {
        if (progress.compareAndSet(WAITING, GIVEN_UP)) {
            completeExceptionally(why);
        }
    }

    private void end(Throwable why) {
        if (why instanceof RedisPortException) {
            completeExceptionally(why);
        } else if (progress.compareAndSet(WAITING, GIVEN_UP) || progress.compareAndSet(TAKEN, GIVEN_UP)) {
            completeExceptionally(RedisPortException.notSent(why));
        } else {
            completeExceptionally(RedisPortException.outcomeUnknown(why));
        }
    }

    @Override
    public String toString() {
        return "JedisCall[" + command.getCommand() + "]";
    }
}
