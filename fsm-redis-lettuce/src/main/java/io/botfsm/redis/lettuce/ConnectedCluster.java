package io.botfsm.redis.lettuce;

import io.botfsm.redis.internal.ServerProbe;
import io.botfsm.redis.spi.ClusterNode;
import io.botfsm.redis.spi.ClusterPort;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.redis.spi.Subscriptions;
import io.botfsm.storage.StorageUnavailableException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Redis Cluster: a live connection to each master and, while there are subscriptions, one to any of them for those. Which
 * node a command goes to is not decided here. Thread-safe.
 */
final class ConnectedCluster implements Connected {
    private static final Logger LOGGER = LoggerFactory.getLogger(LettuceRedis.class);

    private final LettuceClient client;
    private final RedisURI settings;
    private final String server;
    private final Preparation preparation;
    private final Subscriptions subscriptions;
    private final ClusterPort port;
    private final Object lock = new Object();
    private CompletableFuture<Void> nodesClosed = CompletableFuture.completedFuture(null);
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Runnable onClose = () -> {};

    /**
     * Connects. Blocks.
     *
     * @param settings how to talk to the nodes
     * @param seeds nodes to begin with
     * @param scripts lets a node know the scripts, on each new connection before it is used
     */
    ConnectedCluster(
            LettuceClient client,
            RedisURI settings,
            List<Node> seeds,
            Function<RedisPort, CompletionStage<Void>> scripts) {
        this.client = client;
        this.settings = settings;
        this.server = RedisAddress.name(settings, seeds);
        this.preparation = Preparation.ofNode(scripts, client.onBegin());
        this.subscriptions = client.subscriptions(server, this::anyMaster);
        this.port = new ClusterPort(
                seeds, this::node, client.commandTimeout(), this::changed, subscriptions::subscribe, this::closeClient);
        try {
            requireSeed(seeds);
            start();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Connects to a seed as to a lone server, so that a refusal is told as there. */
    private void requireSeed(List<Node> seeds) {
        RuntimeException last = new IllegalArgumentException("no node named");
        for (Node seed : seeds) {
            try {
                Whereabouts there = Whereabouts.of(RedisAddress.at(settings, seed), client);
                var unused = client.first(server, there).closeAsync();
                return;
            } catch (StorageUnavailableException e) {
                last = e;
            }
        }
        throw last;
    }

    private void start() {
        Duration limit = client.connectingAndAnswer().multipliedBy(2);
        new ServerProbe(port, server, commandTimeout()).await("CLUSTER SLOTS", port.start(), limit);
    }

    private void changed() {
        LOGGER.info("{}: the masters are {}", server, port.masters());
        subscriptions.follow();
    }

    private ClusterNode node(Node address) {
        RedisURI uri = RedisAddress.at(settings, address);
        LiveConnection live = live(uri, subscriptions::suspect);
        FollowedConnections followed =
                new FollowedConnections(() -> live(uri, () -> {}), client.onBegin(), client.commandTimeout());
        live.start();
        return LettucePort.ofNode(live, client.onBegin(), followed, () -> {
            close(live.end());
            close(followed.end());
        });
    }

    private LiveConnection live(RedisURI uri, Runnable onReplaced) {
        return new LiveConnection(
                RedisAddress.name(uri),
                null,
                () -> client.connect(uri).thenCompose(preparation::prepared),
                client.executors(),
                client.commandTimeout(),
                onReplaced);
    }

    private void close(Set<StatefulRedisConnection<byte[], byte[]>> connections) {
        for (StatefulRedisConnection<byte[], byte[]> connection : connections) {
            CompletableFuture<Void> end = connection.closeAsync();
            synchronized (lock) {
                nodesClosed = CompletableFuture.allOf(nodesClosed, end);
            }
        }
    }

    private CompletionStage<RedisURI> anyMaster() {
        List<Node> masters = port.masters();
        Node any = masters.get(ThreadLocalRandom.current().nextInt(masters.size()));
        return CompletableFuture.completedFuture(RedisAddress.at(settings, any));
    }

    @Override
    public RedisPort port(Runnable whenClosed) {
        onClose = whenClosed;
        return port;
    }

    @Override
    public String server() {
        return server;
    }

    @Override
    public Duration commandTimeout() {
        return client.commandTimeout();
    }

    @Override
    public void close() {
        port.close();
    }

    private void closeClient() {
        if (closed.compareAndSet(false, true)) {
            onClose.run();
            LettuceClient.await(subscriptions.close());
            CompletableFuture<Void> end;
            synchronized (lock) {
                end = nodesClosed;
            }
            LettuceClient.await(end);
            client.close(Set.of());
        }
    }
}
