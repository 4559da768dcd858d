package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.RedisUri.Node;
import io.botfsm.redis.spi.Sentinels;
import io.lettuce.core.RedisURI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Where the wanted server is. Asked for each new connection, since it may be another one by then. */
@FunctionalInterface
interface Whereabouts {
    /** Ends in bounded time. */
    CompletionStage<RedisURI> now();

    /** The server that a URI names, or whichever its Sentinels call the master. */
    static Whereabouts of(RedisURI uri, LettuceClient client) {
        if (uri.getSentinels().isEmpty()) {
            return () -> CompletableFuture.completedFuture(uri);
        }
        String master = uri.getSentinelMasterId();
        Map<Node, RedisURI> sentinels = new LinkedHashMap<>();
        uri.getSentinels().forEach(sentinel -> sentinels.put(RedisAddress.node(sentinel), sentinel));
        return () -> Sentinels.master(
                        sentinels.keySet(),
                        master,
                        node -> ask(Objects.requireNonNull(sentinels.get(node)), master, client))
                .thenApply(node -> RedisAddress.at(uri, node));
    }

    /** As any server is asked: Lettuce's connection for Sentinels brings another API, which takes seconds to load on a busy machine. */
    private static CompletionStage<List<Object>> ask(RedisURI sentinel, String master, LettuceClient client) {
        return client.connect(sentinel)
                .thenCompose(connection -> LettucePort.on(connection, client.onBegin())
                        .masterOf(master)
                        .whenComplete((address, failure) -> {
                            var unused = connection.closeAsync();
                        }))
                .exceptionally(failure -> {
                    throw new CompletionException(LettuceChannels.known(failure));
                });
    }
}
