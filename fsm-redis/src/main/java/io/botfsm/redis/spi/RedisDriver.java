package io.botfsm.redis.spi;

import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;

/**
 * A client library as used by one port, or by the port of a cluster and the ports of its nodes. It is what an adapter
 * has to implement in addition to the port. It has no policy: which servers are used, and when, is decided elsewhere.
 * Thread-safe.
 */
public interface RedisDriver {
    /**
     * Opens the port to the single server of the settings, or to the master that their Sentinels report. May block
     * until it is connected.
     *
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, or its certificate is not trusted
     */
    RedisPort server(ServerTarget target);

    /** Opens the port to a node of a cluster, which connects by itself. Returns immediately. */
    ClusterNode node(Node address, ServerTarget target);

    /**
     * Connects to a node of a cluster and disconnects, if that is the only way to find out why a node refuses. Blocks.
     *
     * @throws StorageUnavailableException if the node cannot be reached
     * @throws StorageRefusedException if the node refuses, or this client cannot reach the other nodes of a cluster
     */
    default void requireReachable(Node seed) {
        // The first command fails with the reason.
    }

    /**
     * Opens a connection for subscriptions; its stage ends in bounded time.
     *
     * @param node a node of a cluster; empty for the server of the settings
     */
    CompletionStage<Subscriptions.Channels> channels(Optional<Node> node);

    /** Returns the scheduler whose thread runs hints. */
    ScheduledExecutorService scheduler();

    /** Returns whether the calling thread is the scheduler's. */
    boolean isScheduler();

    /** Closes what is left: client and threads, unless they belong to the user. Waits a bounded time. Idempotent. */
    void close();
}
