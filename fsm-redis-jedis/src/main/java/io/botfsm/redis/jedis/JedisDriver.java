package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.ClusterNode;
import io.botfsm.redis.spi.CommandTimeouts;
import io.botfsm.redis.spi.RedisDriver;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.redis.spi.ServerTarget;
import io.botfsm.redis.spi.Subscriptions;
import io.botfsm.redis.spi.blocking.PortThreads;
import io.botfsm.storage.StorageRefusedException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

/** Runs Jedis with a pool and threads for each server, and a thread that runs hints. */
final class JedisDriver implements RedisDriver {
    private final JedisServer server;
    private final Function<Node, JedisServer> nodes;
    private final Duration timeout;
    private final int poolSize;
    private final PortThreads threads;

    /** The timeouts of connections that are being opened. */
    private final CommandTimeouts openings;

    private JedisDriver(
            PortThreads threads,
            CommandTimeouts openings,
            JedisServer server,
            Function<Node, JedisServer> nodes,
            Duration timeout,
            int poolSize) {
        this.threads = threads;
        this.openings = openings;
        this.server = server;
        this.nodes = nodes;
        this.timeout = timeout;
        this.poolSize = poolSize;
    }

    /** Creates a driver with its own connections. */
    static JedisDriver to(RedisUri uri, Duration timeout, int poolSize) {
        PortThreads threads = new PortThreads("jedis", 1);
        CommandTimeouts openings = new CommandTimeouts(timeout, threads.clock());
        return new JedisDriver(
                threads,
                openings,
                JedisServer.of(uri, timeout, openings, poolSize),
                node -> JedisServer.of(uri, node, timeout, openings, poolSize),
                timeout,
                poolSize);
    }

    /** Creates a driver with the user's connections, which lead to one server only. */
    static JedisDriver over(JedisServer server, String name, Duration timeout, int poolSize) {
        PortThreads threads = new PortThreads("jedis", 1);
        return new JedisDriver(
                threads,
                new CommandTimeouts(timeout, threads.clock()),
                server,
                node -> {
                    throw new StorageRefusedException(
                            name + " is a node of a cluster, and this client connects to that node only:"
                                    + " use JedisRedis.builder(…)",
                            null);
                },
                timeout,
                poolSize);
    }

    @Override
    public RedisPort server(ServerTarget target) {
        return new JedisPort(server, target, timeout, poolSize);
    }

    @Override
    public ClusterNode node(Node address, ServerTarget target) {
        return new JedisPort(nodes.apply(address), target, timeout, poolSize);
    }

    /** Only refuses a user's client. If a node refuses, the first command fails with the reason. */
    @Override
    public void requireReachable(Node seed) {
        var unused = nodes.apply(seed);
    }

    @Override
    public CompletionStage<Subscriptions.Channels> channels(Optional<Node> node) {
        return JedisChannels.open(node.map(nodes).orElse(server).separate());
    }

    @Override
    public ScheduledExecutorService scheduler() {
        return threads.clock();
    }

    @Override
    public boolean isScheduler() {
        return threads.isClock();
    }

    @Override
    public void close() {
        threads.stopCalls();
        openings.close();
        threads.stopClock();
    }
}
