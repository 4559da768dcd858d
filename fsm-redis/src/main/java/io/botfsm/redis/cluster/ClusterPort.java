package io.botfsm.redis.cluster;

import io.botfsm.redis.spi.ClusterNode;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import io.botfsm.redis.spi.RedisUri.Node;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A Redis Cluster as one port, over the ports of its nodes, independent of the client. Commands are sent to the node
 * that serves the slot of their key. If a node redirects a command ({@code MOVED}, {@code ASK}) or cannot execute it
 * yet ({@code TRYAGAIN}), or if a node cannot be reached and another has replaced it, the command, which was not
 * executed, is sent again to the correct node, within the same timeout. A command that may have been executed is never
 * sent again.
 *
 * <p>The topology is queried when a call finds that it has changed, not periodically. Commands without a key are sent
 * to any node. Thread-safe.
 */
public final class ClusterPort implements RedisPort {
    private final ClusterNodes nodes;
    private final Duration timeout;
    private final BiFunction<String, Runnable, CompletionStage<ChannelSubscription>> subscribe;
    private final Runnable onClose;
    private final AtomicLong questions = new AtomicLong();

    /**
     * Creates a port that knows nothing about the cluster until {@link #start}.
     *
     * @param seeds the nodes that are asked first, and again whenever no other can be reached
     * @param opener makes the port of a node, which connects by itself; must not block
     * @param timeout the time limit of a call, including all nodes to which it is sent
     * @param onChange notified of the nodes that serve slots when they have changed; must not block
     * @param subscribe starts a subscription on any node that serves slots, and continues on another one if that node
     *     is lost
     * @param onClose notified once the nodes' ports are closed
     */
    public ClusterPort(
            List<Node> seeds,
            Function<Node, ClusterNode> opener,
            Duration timeout,
            Consumer<List<Node>> onChange,
            BiFunction<String, Runnable, CompletionStage<ChannelSubscription>> subscribe,
            Runnable onClose) {
        this.nodes = new ClusterNodes(seeds, opener, timeout, onChange);
        this.timeout = timeout;
        this.subscribe = subscribe;
        this.onClose = onClose;
    }

    /**
     * Returns a stage that completes when it is known which nodes serve which slots, and these nodes are connected or
     * the timeout has passed. Fails with {@link RedisPortException} if no seed answers.
     */
    public CompletionStage<Void> start() {
        return nodes.refresh()
                .thenCompose(known -> CompletableFuture.allOf(nodes.serving().stream()
                                .map(node -> node.ready().toCompletableFuture())
                                .toArray(CompletableFuture<?>[]::new))
                        .completeOnTimeout(null, timeout.toNanos(), TimeUnit.NANOSECONDS));
    }

    private <T> CompletionStage<T> call(byte[] key, Function<RedisPort, CompletionStage<T>> command) {
        return ClusterCall.begin(
                nodes, HashSlot.of(key), timeout, (node, asking) -> command.apply(asking ? node.asking() : node));
    }

    @Override
    public CompletionStage<List<byte[]>> hgetall(byte[] key) {
        return call(key, node -> node.hgetall(key));
    }

    @Override
    public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
        return call(keys.get(0), node -> node.evalsha(sha, keys, args));
    }

    @Override
    public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
        return call(keys.get(0), node -> node.eval(script, keys, args));
    }

    /** Loads the script into any node; the others receive it when they are connected, or when they do not know it. */
    @Override
    public CompletionStage<String> scriptLoad(byte[] script) {
        return any(node -> node.scriptLoad(script));
    }

    @Override
    public CompletionStage<String> info(String section) {
        return any(node -> node.info(section));
    }

    @Override
    public CompletionStage<List<byte[]>> configGet(String pattern) {
        return any(node -> node.configGet(pattern));
    }

    /** Not supported: keys are listed at each of the {@link #masters}. */
    @Override
    public CompletionStage<List<Object>> scan(byte[] cursor, byte[] pattern, int count) {
        throw new UnsupportedOperationException("SCAN lists the keys of one server: call it on each of masters()");
    }

    @Override
    public CompletionStage<List<ClusterNode>> masters() {
        return nodes.refresh()
                .thenCompose(known -> any(ClusterNode::clusterNodes))
                .thenApply(nodes::masters);
    }

    private <T> CompletionStage<T> any(Function<ClusterNode, CompletionStage<T>> command) {
        if (nodes.isClosed()) {
            return CompletableFuture.failedFuture(RedisPortException.closed());
        }
        CompletableFuture<T> first = CompletableFuture.failedFuture(RedisPortException.notSent(null));
        for (ClusterNode node : nodes.serving()) {
            first = first.exceptionallyCompose(
                    failure -> isNotSent(failure) ? command.apply(node) : CompletableFuture.failedFuture(failure));
        }
        return first;
    }

    private static boolean isNotSent(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RedisPortException known && known.kind() == CommandOutcome.NOT_SENT;
    }

    @Override
    public CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
        return subscribe.apply(channel, hint);
    }

    @Override
    public FollowedScripts followedBy(List<byte[]> command) {
        return new ClusterScripts(nodes, timeout, command);
    }

    /** Returns a new number each time, since it is unknown which node answers a command without a key. */
    @Override
    public long connection() {
        return questions.incrementAndGet();
    }

    @Override
    public RedisPort at(byte[] key) {
        return nodes.serving(HashSlot.of(key)).<RedisPort>map(node -> node).orElse(this);
    }

    @Override
    public void close() {
        nodes.close();
        onClose.run();
    }
}
