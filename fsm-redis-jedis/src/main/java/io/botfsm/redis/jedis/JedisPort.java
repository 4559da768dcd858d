package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.CommandTimeouts;
import io.botfsm.redis.spi.NodePort;
import io.botfsm.redis.spi.RedisPort.FollowedScripts;
import io.botfsm.redis.spi.ServerTarget;
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
    private final Threads threads;
    private final Handover handover;
    private final Duration timeout;
    private final int poolSize;
    private final CommandTimeouts timeouts;
    private final Optional<CommandArguments> follower;
    private final boolean alwaysAsking;

    /** A port with a pool of its own. Nothing is connected yet. */
    JedisPort(JedisServer server, ServerTarget target, Duration timeout, int poolSize) {
        this(server, target, timeout, poolSize, Optional.empty(), false);
    }

    /**
     * A port with a pool of its own.
     *
     * @param follower follows every command
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
        this.threads = new Threads(poolSize);
        this.handover = new Handover(threads);
        this.timeout = timeout;
        this.poolSize = poolSize;
        this.timeouts = new CommandTimeouts(timeout, threads.clock());
        this.follower = follower;
        this.alwaysAsking = alwaysAsking;
    }

    @Override
    protected CompletionStage<List<Object>> send(List<byte[]> command, boolean asking) {
        JedisCall call =
                new JedisCall(connections, handover, timeout, arguments(command), asking || alwaysAsking, follower);
        timeouts.begin(call);
        handover.begin(call);
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

    /** Always: a connection is opened when a command needs one. */
    @Override
    public CompletionStage<Void> ready() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    protected void disconnect() {
        threads.stopCalls();
        handover.close();
        connections.close();
        threads.stopClock();
    }
}
