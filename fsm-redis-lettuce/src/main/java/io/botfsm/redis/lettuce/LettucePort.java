package io.botfsm.redis.lettuce;

import static io.lettuce.core.protocol.CommandType.ASKING;
import static io.lettuce.core.protocol.CommandType.CLUSTER;
import static io.lettuce.core.protocol.CommandType.CONFIG;
import static io.lettuce.core.protocol.CommandType.EVAL;
import static io.lettuce.core.protocol.CommandType.EVALSHA;
import static io.lettuce.core.protocol.CommandType.HGETALL;
import static io.lettuce.core.protocol.CommandType.INFO;
import static io.lettuce.core.protocol.CommandType.SCRIPT;
import static io.lettuce.core.protocol.CommandType.SENTINEL;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.spi.ClusterNode;
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
final class LettucePort implements ClusterNode {
    private final Connections connections;
    private final Consumer<PortCommand<?>> onBegin;
    private final BiFunction<String, Runnable, CompletionStage<Subscription>> subscribe;
    private final FollowedConnections followed;
    private final Runnable onClose;
    private final boolean asking;

    /**
     * A port.
     *
     * @param onBegin is told of each command, and ends it when its time is over
     * @param subscribe begins subscriptions
     * @param followed for scripts that a command follows
     * @param onClose ends the connections
     */
    LettucePort(
            Connections connections,
            Consumer<PortCommand<?>> onBegin,
            BiFunction<String, Runnable, CompletionStage<Subscription>> subscribe,
            FollowedConnections followed,
            Runnable onClose) {
        this(connections, onBegin, subscribe, followed, onClose, false);
    }

    private LettucePort(
            Connections connections,
            Consumer<PortCommand<?>> onBegin,
            BiFunction<String, Runnable, CompletionStage<Subscription>> subscribe,
            FollowedConnections followed,
            Runnable onClose,
            boolean asking) {
        this.connections = connections;
        this.onBegin = onBegin;
        this.subscribe = subscribe;
        this.followed = followed;
        this.onClose = onClose;
        this.asking = asking;
    }

    /** A port on one connection, for as long as that lasts; without subscriptions. */
    static LettucePort on(StatefulRedisConnection<byte[], byte[]> connection, Consumer<PortCommand<?>> onBegin) {
        return ofNode(Connections.only(connection), onBegin, FollowedConnections.none(), () -> {});
    }

    /** A port to one node of a cluster; without subscriptions. */
    static LettucePort ofNode(
            Connections connections, Consumer<PortCommand<?>> onBegin, FollowedConnections followed, Runnable onClose) {
        return new LettucePort(
                connections,
                onBegin,
                (channel, hint) -> CompletableFuture.failedFuture(RedisPortException.notSent(null)),
                followed,
                onClose);
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

    static CommandArgs<byte[], byte[]> script(byte[] script, List<byte[]> keys, List<byte[]> args) {
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
    public FollowedScripts followedBy(List<byte[]> command) {
        return followed.scripts(command, asking);
    }

    @Override
    public CompletionStage<List<Object>> clusterSlots() {
        return send(CLUSTER, new ReplyOutput(), PortCommand.args().add(CommandKeyword.SLOTS));
    }

    /** Host and port of a master, if this is a Sentinel that knows it ({@code SENTINEL GET-MASTER-ADDR-BY-NAME}). */
    CompletionStage<List<Object>> masterOf(String name) {
        return send(
                SENTINEL,
                new ReplyOutput(),
                PortCommand.args().add("GET-MASTER-ADDR-BY-NAME").add(name));
    }

    @Override
    public RedisPort asking() {
        return new LettucePort(connections, onBegin, subscribe, followed, onClose, true);
    }

    @Override
    public CompletionStage<Void> ready() {
        return connections.ready();
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
            return CompletableFuture.failedFuture(
                    connections.isClosed() ? RedisPortException.closed() : RedisPortException.notSent(null));
        }
        PortCommand<T> command = new PortCommand<>(type, output, args, why -> connections.doubt(connection, why));
        onBegin.accept(command);
        try {
            if (asking) {
                connection.dispatch(List.of(askingCommand(), command));
            } else {
                connection.dispatch(command);
            }
        } catch (RuntimeException e) {
            command.completeExceptionally(e);
        }
        return command;
    }

    static PortCommand<List<Object>> askingCommand() {
        return new PortCommand<>(ASKING, new ReplyOutput(), PortCommand.args(), why -> {});
    }

    @Override
    public void close() {
        onClose.run();
    }
}
