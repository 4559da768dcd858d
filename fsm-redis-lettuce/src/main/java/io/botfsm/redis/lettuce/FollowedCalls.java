package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.RedisPort.FollowedScripts;
import io.botfsm.redis.spi.RedisPortException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Scripts that a command follows, on a connection of their own. While that command is under way, further scripts wait; then they
 * go together, and it follows all of them. Thread-safe.
 */
final class FollowedCalls implements FollowedScripts {
    private final Connections connections;
    private final List<byte[]> command;
    private final boolean asking;
    private final Consumer<PortCommand<?>> onBegin;
    private final Duration timeout;
    private final Runnable onClose;
    private final Object lock = new Object();
    private List<Call> waiting = new ArrayList<>();
    private boolean underWay = true; // until there is a connection

    /**
     * Scripts over a connection that nobody else uses.
     *
     * @param command name and arguments of what follows
     * @param asking whether each script comes after an {@code ASKING}
     * @param onBegin is told of each command, and ends it when its time is over
     * @param timeout how long a call may take, waiting included
     * @param onClose ends the connection
     */
    FollowedCalls(
            Connections connections,
            List<byte[]> command,
            boolean asking,
            Consumer<PortCommand<?>> onBegin,
            Duration timeout,
            Runnable onClose) {
        this.connections = connections;
        this.command = List.copyOf(command);
        this.asking = asking;
        this.onBegin = onBegin;
        this.timeout = timeout;
        this.onClose = onClose;
        var unused = connections.ready().thenRun(this::sendWaiting);
    }

    @Override
    public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
        return call(CommandType.EVALSHA, LettucePort.script(sha.getBytes(StandardCharsets.US_ASCII), keys, args));
    }

    @Override
    public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
        return call(CommandType.EVAL, LettucePort.script(script, keys, args));
    }

    private CompletionStage<List<Object>> call(CommandType type, CommandArgs<byte[], byte[]> args) {
        Call call = new Call(type, args);
        synchronized (lock) {
            waiting.add(call);
            if (underWay && !connections.isClosed()) {
                return call.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
            }
            underWay = true;
        }
        sendWaiting();
        return call.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void sendWaiting() {
        List<Call> calls = taken();
        while (!calls.isEmpty()) {
            StatefulRedisConnection<byte[], byte[]> connection = connections.current();
            if (connection != null) {
                send(calls, connection);
                return;
            }
            calls.forEach(call -> call.completeExceptionally(
                    connections.isClosed() ? RedisPortException.closed() : RedisPortException.notSent(null)));
            calls = taken();
        }
    }

    /** The calls that waited and whose time is not over; none, after which the next one has to send itself. */
    private List<Call> taken() {
        synchronized (lock) {
            List<Call> calls = waiting.stream().filter(Call::take).toList();
            waiting = new ArrayList<>();
            underWay = !calls.isEmpty();
            return calls;
        }
    }

    private void send(List<Call> calls, StatefulRedisConnection<byte[], byte[]> connection) {
        PortCommand<List<Object>> follower = follower(connection);
        List<RedisCommand<byte[], byte[], ?>> all = new ArrayList<>(calls.size() + 1);
        for (Call call : calls) {
            PortCommand<List<Object>> script = begun(call.type, call.args, connection);
            if (asking) {
                all.add(LettucePort.askingCommand());
            }
            all.add(script);
            call.endWith(script, follower);
        }
        all.add(follower);
        var unused = follower.whenComplete((after, missing) -> sendWaiting());
        try {
            connection.dispatch(all);
        } catch (RuntimeException e) {
            all.forEach(each -> each.completeExceptionally(e));
        }
    }

    private PortCommand<List<Object>> follower(StatefulRedisConnection<byte[], byte[]> connection) {
        CommandArgs<byte[], byte[]> args = PortCommand.args();
        for (byte[] arg : command.subList(1, command.size())) {
            args = args.add(arg);
        }
        return begun(named(command.get(0)), args, connection);
    }

    private static ProtocolKeyword named(byte[] name) {
        return () -> name;
    }

    private PortCommand<List<Object>> begun(
            ProtocolKeyword type,
            CommandArgs<byte[], byte[]> args,
            StatefulRedisConnection<byte[], byte[]> connection) {
        PortCommand<List<Object>> begun =
                new PortCommand<>(type, new ReplyOutput(), args, why -> connections.doubt(connection, why));
        onBegin.accept(begun);
        return begun;
    }

    private static List<Object> both(List<Object> reply, @Nullable List<Object> after, @Nullable Throwable missing) {
        List<Object> both = new ArrayList<>(reply);
        both.add(after != null ? after : missing);
        return both;
    }

    @Override
    public void close() {
        onClose.run();
        sendWaiting();
    }

    /** A script that waits to be sent, or for its reply. */
    private static final class Call extends CompletableFuture<List<Object>> {
        private final CommandType type;
        private final CommandArgs<byte[], byte[]> args;
        private final AtomicBoolean taken = new AtomicBoolean();

        Call(CommandType type, CommandArgs<byte[], byte[]> args) {
            this.type = type;
            this.args = args;
        }

        /** Whether it is still to be sent, which is asked once. */
        boolean take() {
            return taken.compareAndSet(false, true);
        }

        /** Ends when both have, or the script has failed. */
        void endWith(CompletableFuture<List<Object>> script, CompletableFuture<List<Object>> follower) {
            var unused = script.whenComplete((reply, failure) -> {
                if (failure != null) {
                    completeExceptionally(failure);
                } else {
                    var unusedToo = follower.whenComplete((after, missing) -> complete(both(reply, after, missing)));
                }
            });
        }

        @Override
        public boolean completeExceptionally(Throwable failure) {
            if (failure instanceof TimeoutException) {
                return super.completeExceptionally(
                        take() ? RedisPortException.notSent(failure) : RedisPortException.outcomeUnknown(failure));
            }
            return super.completeExceptionally(failure);
        }
    }
}
