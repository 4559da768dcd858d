package io.botfsm.redis.lettuce;

import io.lettuce.core.RedisURI;
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
        return new Sentinels(client, uri)::master;
    }
}
