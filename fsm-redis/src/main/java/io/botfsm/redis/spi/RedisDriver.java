package io.botfsm.redis.spi;

import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;

/**
 * A client library in use by one port, or by the port of a cluster and those of its nodes: all that an adapter has to
 * implement beside the port. It has no policy: which servers are used, and when, is decided elsewhere. Thread-safe.
 */
public interface RedisDriver {
    /**
     * Opens the port to the one server of the settings, or to the master that their Sentinels name. May block until it
     * is connected.
     *
     * @throws StorageUnavailableException if the server cannot be reached
     * @throws StorageRefusedException if the server refuses, or its certificate is not trusted
     */
    RedisPort server(ServerTarget target);

    /** Opens the port to a node of a cluster, which connects by itself. Returns at once. */
    ClusterNode node(Node address, ServerTarget target);

    /**
     * Connects to a node of a cluster and disconnects, if only that finds out why a node refuses. Blocks.
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
     * @param node of a cluster; empty for the server of the settings
     */
    CompletionStage<Subscriptions.Channels> channels(Optional<Node> node);

    /** The thread that runs hints. */
    ScheduledExecutorService scheduler();

    /** Whether the calling thread is that one. */
    boolean isScheduler();

    /** Ends what is left: client and threads, unless they are the user's. Waits a bounded time. Idempotent. */
    void close();
}
