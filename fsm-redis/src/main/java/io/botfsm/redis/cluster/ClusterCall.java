package io.botfsm.redis.cluster;

import io.botfsm.redis.spi.ClusterNode;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import io.botfsm.redis.spi.RedisPortException.Redirection;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call on a cluster. It is sent to the node that is believed to serve the slot. A node that does not serve it, or
 * not yet, responds without executing anything and redirects the call; a command that was never sent was not executed
 * either. In both cases another command is sent in its place, until the timeout of the call. A command whose outcome is
 * unknown is never followed by another.
 */
final class ClusterCall<T> {
    /** Sends a command once. */
    @FunctionalInterface
    interface NodeCommand<T> {
        /**
         * Sends the command.
         *
         * @param asking whether to send {@code ASKING} before it
         */
        CompletionStage<T> send(ClusterNode node, boolean asking);
    }

    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 100;

    /** The number of redirections that are followed immediately; further ones mean that the nodes do not agree yet. */
    private static final int AT_ONCE = 2;

    private final ClusterNodes nodes;
    private final int slot;
    private final NodeCommand<T> command;
    private final long end;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private int redirections;

    private ClusterCall(ClusterNodes nodes, int slot, Duration limit, NodeCommand<T> command) {
        this.nodes = nodes;
        this.slot = slot;
        this.command = command;
        this.end = System.nanoTime() + limit.toNanos();
    }

    /**
     * Begins a call.
     *
     * @param limit the time limit of the call, including all nodes to which it is sent
     */
    static <T> CompletionStage<T> begin(ClusterNodes nodes, int slot, Duration limit, NodeCommand<T> command) {
        ClusterCall<T> call = new ClusterCall<>(nodes, slot, limit, command);
        ClusterNode node = nodes.serving(slot).orElse(null);
        if (node == null) {
            call.unserved();
        } else {
            command.send(node, false).whenComplete((value, failure) -> call.answered(node, value, failure));
        }
        return call.result;
    }

    private void answered(@Nullable ClusterNode by, @Nullable T value, @Nullable Throwable failure) {
        if (failure == null) {
            result.complete(value);
            return;
        }
        RedisPortException why = portException(failure);
        if (why.redirection().isPresent()) {
            follow(why.redirection().get(), why);
        } else if (why.code().equals("TRYAGAIN")) {
            redirections = Math.max(redirections, AT_ONCE);
            afterPause(why, this::retry);
        } else if (why.kind() == CommandOutcome.NOT_SENT && by != null) {
            retryElsewhere(by, why);
        } else {
            if (why.kind() == CommandOutcome.OUTCOME_UNKNOWN || why.code().equals("CLUSTERDOWN")) {
                var unused = nodes.refreshed();
            }
            result.completeExceptionally(why);
        }
    }

    private static RedisPortException portException(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof RedisPortException known ? known : RedisPortException.outcomeUnknown(cause);
    }

    private void follow(Redirection to, RedisPortException why) {
        if (to.node().host().isEmpty()) { // the node does not know the endpoint, but the topology may
            var unused = nodes.refreshed().thenRun(() -> afterPause(why, this::retry));
            return;
        }
        if (!to.onlyThisTime()) {
            var unused = nodes.refreshed();
        }
        afterPause(
                why, () -> nodes.port(to.node()).ifPresentOrElse(node -> send(node, to.onlyThisTime()), this::closed));
    }

    /** The nodes need a moment to agree on which of them serves a slot, or to move its keys. */
    private void afterPause(RedisPortException why, Runnable step) {
        redirections++;
        long pause = redirections <= AT_ONCE
                ? 0
                : Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(redirections - AT_ONCE - 1, 10));
        if (TimeUnit.MILLISECONDS.toNanos(pause) >= left()) {
            result.completeExceptionally(RedisPortException.notSent(why));
        } else if (pause == 0) {
            step.run();
        } else {
            CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS, Runnable::run)
                    .execute(step);
        }
    }

    private long left() {
        return end - System.nanoTime();
    }

    private void retry() {
        nodes.serving(slot).ifPresentOrElse(node -> send(node, false), this::unserved);
    }

    /** Sends another command in place of one that was not executed. */
    private void send(ClusterNode node, boolean asking) {
        var unused = withTimeout(node.ready())
                .exceptionallyCompose(late -> CompletableFuture.failedFuture(RedisPortException.notSent(late)))
                .thenCompose(ready -> withTimeout(command.send(node, asking)))
                .whenComplete((value, failure) -> answered(null, value, failure));
    }

    private <S> CompletableFuture<S> withTimeout(CompletionStage<S> stage) {
        return stage.toCompletableFuture()
                .copy() // the original belongs to the port
                .orTimeout(Math.max(1, left()), TimeUnit.NANOSECONDS);
    }

    /** The node cannot be reached; another one may serve the slot by now. */
    private void retryElsewhere(ClusterNode lost, RedisPortException why) {
        var unused = nodes.refreshed().thenRun(() -> {
            Optional<ClusterNode> now = nodes.serving(slot);
            if (now.isPresent() && (now.get() != lost || !isReady(lost))) {
                send(now.get(), false);
            } else {
                result.completeExceptionally(why);
            }
        });
    }

    private static boolean isReady(ClusterNode node) {
        return node.ready().toCompletableFuture().isDone();
    }

    private void unserved() {
        if (nodes.isClosed()) {
            closed();
            return;
        }
        var unused = nodes.refreshed()
                .thenRun(() -> nodes.serving(slot)
                        .ifPresentOrElse(
                                node -> send(node, false),
                                () -> result.completeExceptionally(RedisPortException.notSent(null))));
    }

    private void closed() {
        result.completeExceptionally(RedisPortException.closed());
    }
}
