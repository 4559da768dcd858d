package io.botfsm.redis.catalog;

import io.botfsm.redis.spi.ClusterNode;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.storage.StorageRefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The servers that hold conversations, and how to reach each. Thread-safe. */
final class ScannedServers {
    private final RedisPort port;
    private final Duration timeout;
    private final CatalogCalls calls;

    /** The known ports, by the ids of their servers. */
    private volatile Map<String, RedisPort> ports = Map.of();

    /**
     * The servers behind a port.
     *
     * @param port the port of one server or of a cluster
     */
    ScannedServers(RedisPort port, Duration timeout, CatalogCalls calls) {
        this.port = port;
        this.timeout = timeout;
        this.calls = calls;
    }

    /** Returns what each server reports about itself. Blocks. */
    List<ScannedServer> view() {
        List<ClusterNode> masters = calls.await("CLUSTER NODES", port.masters());
        if (masters.isEmpty()) {
            ports = Map.of("", port);
            return List.of(ScannedServer.alone(runId(calls.await("INFO", port.info("server")))));
        }
        List<CompletionStage<String>> nodes = new ArrayList<>();
        List<CompletionStage<String>> infos = new ArrayList<>();
        for (ClusterNode master : masters) {
            CompletableFuture<Void> ready = master.ready()
                    .toCompletableFuture()
                    .copy() // the original belongs to the node
                    .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
            nodes.add(ready.thenCompose(connected -> master.clusterNodes()));
            infos.add(ready.thenCompose(connected -> master.info("server")));
        }
        List<ScannedServer> view = new ArrayList<>();
        Map<String, RedisPort> reached = new HashMap<>();
        for (int i = 0; i < masters.size(); i++) {
            String runId = runId(calls.await("INFO", infos.get(i)));
            RedisPort node = masters.get(i);
            ScannedServer.ofNode(calls.await("CLUSTER NODES", nodes.get(i)), runId)
                    .filter(server -> reached.putIfAbsent(server.id(), node) == null)
                    .ifPresent(view::add);
        }
        ports = reached;
        return view;
    }

    /** Returns which process responded; without that, a scan would not notice that it continued in another one. */
    static String runId(String info) {
        return ScannedServer.runId(info)
                .orElseThrow(() -> new StorageRefusedException(
                        "INFO does not report the server's run_id, so conversations cannot be found reliably", null));
    }

    /**
     * Checks that a cursor is of the same kind of servers. Blocks if that is not known.
     *
     * @throws IllegalArgumentException if the cursor is of a cluster and this is a single server, or vice versa
     */
    void requireSameKind(ScanPosition at) {
        if (ports.isEmpty()) {
            var unused = view();
        }
        if (ports.containsKey("") != at.isOnOneServer()) {
            throw new IllegalArgumentException(
                    at.isOnOneServer()
                            ? "the cursor is of a single server, but this is a cluster: start the scan again"
                            : "the cursor is of a cluster, but this is a single server: start the scan again");
        }
    }

    /**
     * Returns the port of a server; empty if it is no longer a master of the cluster. Blocks if the port is not known.
     */
    Optional<RedisPort> port(String id) {
        if (!ports.containsKey(id)) {
            var unused = view();
        }
        return Optional.ofNullable(ports.get(id));
    }

    /** Discards what was known about how to reach servers. */
    void forget() {
        ports = Map.of();
    }
}
