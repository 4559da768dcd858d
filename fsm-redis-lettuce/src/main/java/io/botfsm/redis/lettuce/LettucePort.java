package io.botfsm.redis.lettuce;

import static io.lettuce.core.protocol.CommandType.CONFIG;
import static io.lettuce.core.protocol.CommandType.EVAL;
import static io.lettuce.core.protocol.CommandType.EVALSHA;
import static io.lettuce.core.protocol.CommandType.HGETALL;
import static io.lettuce.core.protocol.CommandType.INFO;
import static io.lettuce.core.protocol.CommandType.SCRIPT;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandKeyword;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** The port on Lettuce. Each command goes to the connection of the moment. */
final class LettucePort implements RedisPort {
    private final Connections connections;
    private final Consumer<PortCommand<?>> onBegin;
    private final BiFunction<String, Runnable, CompletionStage<Subscription>> subscribe;
    private final Runnable onClose;

    /**
     * A port.
     *
     * @param onBegin is told of each command, and ends it when its time is over
     * @param subscribe begins subscriptions
     * @param onClose ends the connections
     */
    LettucePort(
            Connections connections,
            Consumer<PortCommand<?>> onBegin,
            BiFunction<String, Runnable, CompletionStage<Subscription>> subscribe,
            Runnable onClose) {
        this.connections = connections;
        this.onBegin = onBegin;
        this.subscribe = subscribe;
        this.onClose = onClose;
    }

    /** A port on one connection, for as long as that lasts; without subscriptions. */
    static LettucePort on(StatefulRedisConnection<byte[], byte[]> connection, Consumer<PortCommand<?>> onBegin) {
        return new LettucePort(
                Connections.only(connection),
                onBegin,
                (channel, hint) -> CompletableFuture.failedFuture(RedisPortException.notSent(null)),
                () -> {});
    }

    @Override
    public CompletionStage<List<byte[]>> hgetall(byte[] key) {
        return send(HGETALL, new FlatOutput(), PortCommand.args().addKey(key));
    }

    @Override
    public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
        return send(EVALSHA, new ReplyOutput(), script(sha.getBytes(US_ASCII), keys, args));
    }

    @Override
    public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
        return send(EVAL, new ReplyOutput(), script(script, keys, args));
    }

    private static CommandArgs<byte[], byte[]> script(byte[] script, List<byte[]> keys, List<byte[]> args) {
        CommandArgs<byte[], byte[]> all =
                PortCommand.args().add(script).add(keys.size()).addKeys(keys);
        for (byte[] arg : args) {
            all = all.add(arg);
        }
        return all;
    }

    @Override
    public CompletionStage<String> scriptLoad(byte[] script) {
        return send(
                        SCRIPT,
                        new ReplyOutput(),
                        PortCommand.args().add(CommandKeyword.LOAD).add(script))
                .thenApply(LettucePort::text);
    }

    @Override
    public CompletionStage<String> info(String section) {
        return send(INFO, new ReplyOutput(), PortCommand.args().add(section)).thenApply(LettucePort::text);
    }

    @Override
    public CompletionStage<List<byte[]>> configGet(String pattern) {
        return send(
                CONFIG,
                new FlatOutput(),
                PortCommand.args().add(CommandType.GET).add(pattern));
    }

    @Override
    public CompletionStage<Subscription> subscribe(String channel, Runnable hint) {
        return subscribe.apply(channel, hint);
    }

    @Override
    public long connection() {
        return connections.number();
    }

    private static String text(List<Object> reply) {
        return reply.get(0) instanceof byte[] bytes ? new String(bytes, UTF_8) : "";
    }

    private <T> CompletableFuture<T> send(
            CommandType type, CommandOutput<byte[], byte[], T> output, CommandArgs<byte[], byte[]> args) {
        StatefulRedisConnection<byte[], byte[]> connection = connections.current();
        if (connection == null) {
            return CompletableFuture.failedFuture(RedisPortException.closed());
        }
        PortCommand<T> command = new PortCommand<>(type, output, args, () -> connections.timedOut(connection));
        onBegin.accept(command);
        try {
            connection.dispatch(command);
        } catch (RuntimeException e) {
            command.completeExceptionally(e);
        }
        return command;
    }

    @Override
    public void close() {
        onClose.run();
    }
}
