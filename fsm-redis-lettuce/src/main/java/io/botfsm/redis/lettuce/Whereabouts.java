package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.Sentinels;
import io.lettuce.core.RedisURI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
        return () -> Sentinels.master(uri.getSentinels(), master, sentinel -> ask(sentinel, master, client))
                .thenApply(node -> RedisAddress.at(uri, node));
    }

    /** As any server is asked: Lettuce's connection for Sentinels brings another API, which takes seconds to load on a busy machine. */
    private static CompletionStage<List<Object>> ask(RedisURI sentinel, String master, LettuceClient client) {
        return client.connect(sentinel)
                .thenCompose(connection -> LettucePort.on(connection, client.onBegin())
                        .masterOf(master)
                        .whenComplete((address, failure) -> {
                            var unused = connection.closeAsync();
                        }));
    }
}
