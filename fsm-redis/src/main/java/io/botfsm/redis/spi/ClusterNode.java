package io.botfsm.redis.spi;

import io.botfsm.redis.cluster.ClusterPort;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The port of one node of a cluster, as a client's adapter makes it for {@link ClusterPort}. */
public interface ClusterNode extends RedisPort {
    /** Who serves which slots, as the node sees it ({@code CLUSTER SLOTS}). */
    CompletionStage<List<Object>> clusterSlots();

    /** The same node; each command follows an {@code ASKING} on the same connection. */
    RedisPort asking();

    /**
     * Completes when commands can be sent for the first time; that may be never. Belongs to the node: callers take a
     * copy.
     */
    CompletionStage<Void> ready();
}
