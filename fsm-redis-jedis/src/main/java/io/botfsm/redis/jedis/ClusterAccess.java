package io.botfsm.redis.jedis;

import io.botfsm.redis.internal.ServerProbe;
import io.botfsm.redis.spi.ClusterPort;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.redis.spi.Subscriptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How to reach a Redis Cluster: each node through a pool and threads of its own, and any of the masters for subscriptions. Which
 * node a command goes to is not decided here. Immutable.
 */
final class ClusterAccess implements RedisAccess {
    private static final Logger LOGGER = LoggerFactory.getLogger(JedisRedis.class);

    private final RedisUri uri;
    private final Duration timeout;
    private final int poolSize;

    /**
     * Nothing is connected yet.
     *
     * @param uri nodes to begin with, and how to talk to all
     * @param poolSize how many connections there are to a node at most
     */
    ClusterAccess(RedisUri uri, Duration timeout, int poolSize) {
        this.uri = uri;
        this.timeout = timeout;
        this.poolSize = poolSize;
    }

    @Override
    public String server() {
        return uri.toString();
    }

    @Override
    public Duration timeout() {
        return timeout;
    }

    /** Asks who serves what. Blocks. */
    @Override
    public RedisPort port(Consumer<RedisPort> onClose) {
        ClusterPort port = new Nodes(onClose).port;
        try {
            new ServerProbe(port, server(), timeout)
                    .await(
                            "CLUSTER SLOTS",
                            port.start(),
                            timeout.plus(JedisAccess.CONNECT_TIMEOUT).multipliedBy(2));
        } catch (RuntimeException e) {
            port.close();
            throw e;
        }
        return port;
    }

    private JedisAccess at(Node node) {
        return JedisAccess.ofNode(uri, node, timeout, poolSize);
    }

    /** The nodes of one port. */
    private final class Nodes {
        private final ClusterPort port;
        private final Threads threads = new Threads(1);
        private final Subscriptions subscriptions;
        private final Consumer<RedisPort> onClose;
        private final AtomicBoolean closed = new AtomicBoolean();

        Nodes(Consumer<RedisPort> onClose) {
            this.onClose = onClose;
            subscriptions =
                    JedisAccess.subscriptions(server(), () -> at(anyMaster()).separate(), threads, timeout);
            port = new ClusterPort(
                    uri.nodes(),
                    node -> at(node).nodePort(),
                    timeout,
                    this::changed,
                    subscriptions::subscribe,
                    this::close);
        }

        private Node anyMaster() {
            List<Node> masters = port.masters();
            return masters.get(ThreadLocalRandom.current().nextInt(masters.size()));
        }

        private void changed() {
            LOGGER.info("{}: the masters are {}", server(), port.masters());
            subscriptions.follow();
        }

        private void close() {
            if (closed.compareAndSet(false, true)) {
                onClose.accept(port);
                threads.stopCalls();
                var unused = subscriptions.close().whenComplete((done, failure) -> threads.stopClock());
            }
        }
    }
}
