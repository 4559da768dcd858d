package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.NodePort;
import io.botfsm.redis.spi.RedisPort.FollowedScripts;
import io.botfsm.redis.spi.ServerTarget;
import io.botfsm.redis.spi.blocking.BlockingCalls;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.commands.ProtocolCommand;

/** The port on Jedis: blocking calls over a pool of connections, on threads of its own. */
final class JedisPort extends NodePort implements FollowedScripts {
    private final JedisServer server;
    private final PooledConnections connections;
    private final BlockingCalls calls;
    private final Duration timeout;
    private final int poolSize;
    private final Optional<CommandArguments> follower;
    private final boolean alwaysAsking;

    /** A port with a pool of its own. Nothing is connected yet. */
    JedisPort(JedisServer server, ServerTarget target, Duration timeout, int poolSize) {
        this(server, target, timeout, poolSize, Optional.empty(), false);
    }

    /**
     * A port with a pool of its own.
     *
     * @param follower a command that follows every command
     * @param alwaysAsking whether an {@code ASKING} comes before every command
     */
    private JedisPort(
            JedisServer server,
            ServerTarget target,
            Duration timeout,
            int poolSize,
            Optional<CommandArguments> follower,
            boolean alwaysAsking) {
        super(target);
        this.server = server;
        this.connections = new PooledConnections(target, server.pool().get());
        this.calls = new BlockingCalls("jedis", poolSize, timeout);
        this.timeout = timeout;
        this.poolSize = poolSize;
        this.follower = follower;
        this.alwaysAsking = alwaysAsking;
    }

    @Override
    protected CompletionStage<List<Object>> send(List<byte[]> command, boolean asking) {
        JedisCall call = new JedisCall(connections, calls, arguments(command), asking || alwaysAsking, follower);
        calls.begin(call);
        return call;
    }

    private static CommandArguments arguments(List<byte[]> command) {
        ProtocolCommand name = () -> command.get(0);
        CommandArguments arguments = new CommandArguments(name);
        for (int i = 1; i < command.size(); i++) {
            arguments.add(command.get(i));
        }
        return arguments;
    }

    @Override
    protected FollowedScripts follow(List<byte[]> command, boolean asking) {
        return new JedisPort(server, target().shared(), timeout, poolSize, Optional.of(arguments(command)), asking);
    }

    @Override
    public long connection() {
        return connections.number();
    }

    /** Already complete: a connection is opened when a command needs one. */
    @Override
    public CompletionStage<Void> ready() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    protected void disconnect() {
        calls.close(connections::close);
    }
}
