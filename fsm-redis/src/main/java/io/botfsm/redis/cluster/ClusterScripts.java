package io.botfsm.redis.cluster;

import io.botfsm.redis.cluster.ClusterCall.NodeCommand;
import io.botfsm.redis.spi.ClusterNode;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPort.FollowedScripts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Scripts that are followed by a command on the node that runs them. Each node has its own connection for them.
 * Thread-safe.
 */
final class ClusterScripts implements FollowedScripts {
    private final ClusterNodes nodes;
    private final Duration timeout;
    private final List<byte[]> command;
    private final Object lock = new Object();

    /** Weak, since nodes may leave the cluster; a node closes its own scripts. */
    private final Map<ClusterNode, FollowedScripts> open = new WeakHashMap<>();

    private boolean closed;

    ClusterScripts(ClusterNodes nodes, Duration timeout, List<byte[]> command) {
        this.nodes = nodes;
        this.timeout = timeout;
        this.command = List.copyOf(command);
    }

    @Override
    public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
        return call(keys, scripts -> scripts.evalsha(sha, keys, args));
    }

    @Override
    public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
        return call(keys, scripts -> scripts.eval(script, keys, args));
    }

    private CompletionStage<List<Object>> call(
            List<byte[]> keys, Function<FollowedScripts, CompletionStage<List<Object>>> script) {
        NodeCommand<List<Object>> call =
                (node, asking) -> asking ? once(node.asking(), script) : script.apply(at(node));
        return ClusterCall.begin(nodes, HashSlot.of(keys.get(0)), timeout, call);
    }

    private FollowedScripts at(ClusterNode node) {
        synchronized (lock) {
            FollowedScripts scripts = open.computeIfAbsent(node, there -> there.followedBy(command));
            if (closed) {
                scripts.close();
            }
            return scripts;
        }
    }

    /** Opens a connection for one call; needed only while the keys of a slot are being moved. */
    private CompletionStage<List<Object>> once(
            RedisPort asking, Function<FollowedScripts, CompletionStage<List<Object>>> script) {
        FollowedScripts scripts = asking.followedBy(command);
        CompletableFuture<List<Object>> reply = script.apply(scripts).toCompletableFuture();
        return reply.whenComplete((value, failure) -> scripts.close());
    }

    @Override
    public void close() {
        List<FollowedScripts> left;
        synchronized (lock) {
            closed = true;
            left = List.copyOf(open.values());
        }
        left.forEach(FollowedScripts::close);
    }
}
