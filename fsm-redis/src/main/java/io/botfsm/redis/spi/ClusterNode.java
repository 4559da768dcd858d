package io.botfsm.redis.spi;

import io.botfsm.redis.cluster.ClusterPort;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The port of one node of a cluster, as a client's adapter makes it for {@link ClusterPort}. */
public interface ClusterNode extends RedisPort {
    /** Who serves which slots, as the node sees it ({@code CLUSTER SLOTS}). */
    CompletionStage<List<Object>> clusterSlots();

    /** The nodes of the cluster, as the node sees them, and what it serves itself ({@code CLUSTER NODES}). */
    CompletionStage<String> clusterNodes();

    /** Keys of a slot that the node holds, whether or not it serves that slot ({@code CLUSTER GETKEYSINSLOT}). */
    CompletionStage<List<byte[]>> keysInSlot(int slot, int count);

    /** The same node; each command follows an {@code ASKING} on the same connection. */
    RedisPort asking();

    /**
     * Completes when commands can be sent for the first time; that may be never. Belongs to the node: callers take a
     * copy.
     */
    CompletionStage<Void> ready();
}
