package io.botfsm.redis.lettuce;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.spi.RedisUri.Node;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Those who know where a master is. All are asked at the same time. What more than half of them say is true at once; otherwise,
 * when all have answered or failed, what most say: one that is cut off from the others or out of date decides nothing.
 */
final class Sentinels {
    private final LettuceClient client;
    private final RedisURI uri;

    /**
     * Sentinels.
     *
     * @param uri the Sentinels, the master's name, and how to talk to the master
     */
    Sentinels(LettuceClient client, RedisURI uri) {
        this.client = client;
        this.uri = uri;
    }

    /** Where the master is now. */
    CompletionStage<RedisURI> master() {
        Votes votes = new Votes(uri.getSentinels().size());
        uri.getSentinels().forEach(sentinel -> {
            var unused = ask(sentinel).whenComplete((node, failure) -> {
                if (failure == null) {
                    votes.add(node);
                } else {
                    votes.abstain(failure);
                }
            });
        });
        return votes.elected.thenApply(node -> RedisAddress.at(uri, node));
    }

    /** As any server is asked: Lettuce's connection for Sentinels brings another API, which takes seconds to load on a busy machine. */
    private CompletionStage<Node> ask(RedisURI sentinel) {
        return client.connect(sentinel)
                .thenCompose(connection -> LettucePort.on(connection, client.onBegin())
                        .masterOf(uri.getSentinelMasterId())
                        .whenComplete((address, failure) -> {
                            var unused = connection.closeAsync();
                        }))
                .thenApply(this::node);
    }

    private Node node(List<Object> address) {
        if (address.size() == 2 && address.get(0) instanceof byte[] host && address.get(1) instanceof byte[] port) {
            return new Node(new String(host, UTF_8), Integer.parseInt(new String(port, UTF_8)));
        }
        throw new RedisConnectionException("a Sentinel does not know the master " + uri.getSentinelMasterId());
    }

    /** What Sentinels have answered so far. */
    private static final class Votes {
        private final CompletableFuture<Node> elected = new CompletableFuture<>();
        private final Map<Node, Integer> counts = new HashMap<>();
        private final int sentinels;
        private int left;

        Votes(int sentinels) {
            this.sentinels = sentinels;
            this.left = sentinels;
        }

        void add(Node node) {
            boolean most;
            synchronized (counts) {
                most = counts.merge(node, 1, Integer::sum) > sentinels / 2;
            }
            if (most) {
                elected.complete(node);
            }
            count(null);
        }

        void abstain(Throwable failure) {
            count(failure);
        }

        private void count(@Nullable Throwable failure) {
            List<Node> told;
            synchronized (counts) {
                if (--left > 0) {
                    return;
                }
                told = counts.entrySet().stream()
                        .sorted(Collections.reverseOrder(Map.Entry.comparingByValue()))
                        .map(Map.Entry::getKey)
                        .toList();
            }
            if (told.isEmpty()) {
                elected.completeExceptionally(
                        failure != null ? failure : new RedisConnectionException("no Sentinel answered"));
            } else {
                elected.complete(told.get(0));
            }
        }
    }
}
