package io.botfsm.redis.spi;

import io.botfsm.redis.cluster.ClusterPort;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The port of one node of a cluster, created by a client's adapter for {@link ClusterPort}. */
public interface ClusterNode extends RedisPort {
    /** Returns which node serves which slots, as this node sees it ({@code CLUSTER SLOTS}). */
    CompletionStage<List<Object>> clusterSlots();

    /** Returns the nodes of the cluster, as this node sees them, and the slots it serves ({@code CLUSTER NODES}). */
    CompletionStage<String> clusterNodes();

    /** Returns keys of a slot that this node holds, even if it does not serve it ({@code CLUSTER GETKEYSINSLOT}). */
    CompletionStage<List<byte[]>> keysInSlot(int slot, int count);

    /** Returns a port to this node that sends {@code ASKING} before each command, on the same connection. */
    RedisPort asking();

    /**
     * Returns a stage that completes when commands can be sent for the first time, which may be never. The stage
     * belongs to the node: callers must copy it.
     */
    CompletionStage<Void> ready();
}
