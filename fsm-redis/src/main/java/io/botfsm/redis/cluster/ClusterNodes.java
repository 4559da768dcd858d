package io.botfsm.redis.cluster;

import io.botfsm.redis.spi.ClusterNode;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisUri.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a cluster that serve slots, with a port to each, and the known topology, which is queried again when a
 * call finds that it has changed. Thread-safe.
 */
final class ClusterNodes {
    /** How many nodes are asked at a time; the first answer counts, so that a silent node delays nothing. */
    private static final int ASKED = 3;

    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final List<Node> seeds;
    private final Function<Node, ClusterNode> opener;
    private final Duration timeout;
    private final Consumer<List<Node>> onChange;

    /** Runs tasks after the timeout, but not on the JVM's only thread for delays, since closing may take long. */
    private final Executor delayedExecutor;

    private final Object lock = new Object();
    private final Map<Node, ClusterNode> open = new HashMap<>();

    /** Nodes that are no longer used, but stay open while their last calls may be answered. */
    private final Set<ClusterNode> retired = new HashSet<>();

    private volatile ClusterTopology topology = ClusterTopology.NONE;
    private @Nullable CompletableFuture<Void> pendingRefresh;
    private long answeredAt = System.nanoTime() - SHORTEST_PAUSE_NANOS;
    private boolean closed;

    ClusterNodes(
            List<Node> seeds, Function<Node, ClusterNode> opener, Duration timeout, Consumer<List<Node>> onChange) {
        this.seeds = List.copyOf(seeds);
        this.opener = opener;
        this.timeout = timeout;
        this.onChange = onChange;
        this.delayedExecutor = CompletableFuture.delayedExecutor(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Returns the node that serves a slot, if it is known. */
    Optional<ClusterNode> serving(int slot) {
        return topology.master(slot).flatMap(this::port);
    }

    /** Returns the port of a node, opening it if necessary; empty after closing. */
    Optional<ClusterNode> port(Node node) {
        synchronized (lock) {
            return closed ? Optional.empty() : Optional.of(open.computeIfAbsent(node, opener));
        }
    }

    /** Returns the nodes that serve slots, in random order. */
    List<ClusterNode> serving() {
        return shuffled(topology.masters()).stream()
                .flatMap(node -> port(node).stream())
                .toList();
    }

    /**
     * Returns the nodes that serve slots, and the masters that serve none, to which slots may be about to move.
     *
     * @param text a node's reply to {@code CLUSTER NODES}
     */
    List<ClusterNode> masters(String text) {
        Set<Node> masters = new LinkedHashSet<>(topology.masters());
        masters.addAll(ClusterTopology.mastersWithoutSlots(text));
        return masters.stream().flatMap(node -> port(node).stream()).toList();
    }

    boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    /** Queries the topology again, unless that has just been done. The stage never fails. */
    CompletableFuture<Void> refreshed() {
        CompletableFuture<Void> started;
        synchronized (lock) {
            if (pendingRefresh != null) {
                return pendingRefresh;
            }
            if (closed || System.nanoTime() - answeredAt < SHORTEST_PAUSE_NANOS) {
                return CompletableFuture.completedFuture(null);
            }
            started = new CompletableFuture<>();
            pendingRefresh = started;
        }
        var unused = refresh().handle((done, failure) -> {
            synchronized (lock) {
                pendingRefresh = null;
                answeredAt = System.nanoTime();
            }
            return started.complete(null);
        });
        return started;
    }

    /** Queries the topology. */
    CompletableFuture<Void> refresh() {
        List<Node> masters = shuffled(topology.masters());
        return firstAnswer(masters.subList(0, Math.min(ASKED, masters.size())))
                .exceptionallyCompose(failure -> firstAnswer(seeds))
                .thenAccept(this::adopt);
    }

    private static List<Node> shuffled(Collection<Node> nodes) {
        List<Node> shuffled = new ArrayList<>(nodes);
        Collections.shuffle(shuffled);
        return shuffled;
    }

    private CompletableFuture<ClusterTopology> firstAnswer(List<Node> nodes) {
        CompletableFuture<ClusterTopology> first = new CompletableFuture<>();
        if (nodes.isEmpty()) {
            first.completeExceptionally(RedisPortException.notSent(null));
        }
        AtomicInteger left = new AtomicInteger(nodes.size());
        for (Node node : nodes) {
            var unused = answer(node).whenComplete((answer, failure) -> {
                if (failure == null) {
                    first.complete(answer);
                } else if (left.decrementAndGet() == 0) {
                    first.completeExceptionally(failure);
                }
            });
        }
        return first;
    }

    private CompletableFuture<ClusterTopology> answer(Node node) {
        ClusterNode port = port(node).orElse(null);
        if (port == null) {
            return CompletableFuture.failedFuture(RedisPortException.closed());
        }
        return port.ready()
                .toCompletableFuture()
                .copy()
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .thenCompose(ready -> port.clusterSlots())
                .thenApply(ranges -> ClusterTopology.of(ranges, node));
    }

    private void adopt(ClusterTopology next) {
        boolean changed;
        synchronized (lock) {
            changed = !topology.masters().equals(next.masters());
            topology = next;
            open.entrySet().removeIf(entry -> {
                boolean gone = !next.masters().contains(entry.getKey());
                if (gone) {
                    retire(entry.getValue());
                }
                return gone;
            });
        }
        next.masters().forEach(this::port); // so that they are connected before they are needed
        if (changed) {
            onChange.accept(List.copyOf(next.masters()));
        }
    }

    private void retire(ClusterNode node) {
        retired.add(node);
        delayedExecutor.execute(() -> {
            synchronized (lock) {
                retired.remove(node);
            }
            node.close();
        });
    }

    /** Closes the ports of all nodes. */
    void close() {
        List<ClusterNode> left;
        synchronized (lock) {
            closed = true;
            left = new ArrayList<>(open.values());
            left.addAll(retired);
            open.clear();
            retired.clear();
        }
        left.forEach(ClusterNode::close);
    }
}
