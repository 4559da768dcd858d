package io.botfsm.redis;

import io.botfsm.redis.cluster.ClusterPort;
import io.botfsm.redis.internal.ServerProbe;
import io.botfsm.redis.spi.ClusterNode;
import io.botfsm.redis.spi.RedisConnector;
import io.botfsm.redis.spi.RedisDriver;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisUri;
import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.redis.spi.RoleCheck;
import io.botfsm.redis.spi.ServerTarget;
import io.botfsm.redis.spi.Subscriptions;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port with its driver and, while there are subscriptions, a connection for them. Both are closed with the port.
 * Thread-safe.
 */
final class PortSession {
    private static final Logger LOGGER = LoggerFactory.getLogger(PortSession.class.getPackageName());
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final RedisUri uri;
    private final Duration timeout;
    private final Function<RedisPort, CompletionStage<Void>> scripts;
    private final RedisDriver driver;
    private final Subscriptions subscriptions;

    /** The masters of the cluster; empty for a single server. */
    private volatile List<Node> masters = List.of();

    /**
     * Creates a session, without connecting.
     *
     * @param timeout how long a command may take
     * @param scripts loads the scripts into a server, on each new connection before it is used
     */
    PortSession(
            RedisUri uri,
            RedisConnector connector,
            Duration timeout,
            Function<RedisPort, CompletionStage<Void>> scripts) {
        this.uri = uri;
        this.timeout = timeout;
        this.scripts = scripts;
        this.driver = connector.open(timeout);
        this.subscriptions = new Subscriptions(
                uri.toString(),
                () -> driver.channels(anyMaster()),
                driver.scheduler(),
                driver::isScheduler,
                RedisConnector.CONNECT_TIMEOUT.plus(timeout),
                timeout);
    }

    private Optional<Node> anyMaster() {
        List<Node> now = masters;
        return now.isEmpty()
                ? Optional.empty()
                : Optional.of(now.get(ThreadLocalRandom.current().nextInt(now.size())));
    }

    /** Opens the port to one server, or to the master that Sentinels report. Blocks. */
    RedisPort server() {
        boolean sentinels = uri.masterName().isPresent();
        try {
            return driver.server(new ServerTarget(
                    uri.toString(),
                    sentinels ? RoleCheck.ALWAYS : RoleCheck.OF_ANOTHER_SERVER,
                    scripts,
                    subscriptions,
                    sentinels ? subscriptions::follow : subscriptions::suspect,
                    this::end));
        } catch (RuntimeException e) {
            end();
            throw e;
        }
    }

    /** Opens the port to a cluster. Blocks until it is known which node serves which slots. */
    RedisPort cluster() {
        masters = uri.nodes();
        ClusterPort port =
                new ClusterPort(uri.nodes(), this::node, timeout, this::changed, subscriptions::subscribe, this::end);
        try {
            requireReachable();
            new ServerProbe(port, uri.toString(), timeout)
                    .await(
                            "CLUSTER SLOTS",
                            port.start(),
                            RedisConnector.CONNECT_TIMEOUT.plus(timeout).multipliedBy(2));
        } catch (RuntimeException e) {
            port.close();
            throw e;
        }
        return port;
    }

    /** Checks that a node can be reached, so that a refusal is reported as it is for a single server. */
    private void requireReachable() {
        RuntimeException last = new IllegalArgumentException("no node named");
        for (Node seed : uri.nodes()) {
            try {
                driver.requireReachable(seed);
                return;
            } catch (StorageUnavailableException e) {
                last = e;
            }
        }
        throw last;
    }

    private ClusterNode node(Node address) {
        String name = RedisUri.builder()
                .tls(uri.isTls())
                .node(address.host(), address.port())
                .build()
                .toString();
        return driver.node(
                address,
                new ServerTarget(name, RoleCheck.NEVER, scripts, subscriptions, subscriptions::suspect, () -> {}));
    }

    private void changed(List<Node> now) {
        masters = now;
        LOGGER.info("{}: the masters are now {}", uri, now);
        subscriptions.follow();
    }

    private void end() {
        try {
            subscriptions.close().get(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // It ends later, on the client's own threads.
        }
        driver.close();
    }
}
