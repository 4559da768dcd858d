package io.botfsm.redis.lettuce;

import io.botfsm.redis.RedisServerCheck;
import io.botfsm.redis.spi.RedisPort;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * How to reach a server. Each use of it is a connection of its own and, unless the client is the user's, a client with threads
 * of its own.
 */
@FunctionalInterface
interface ServerAccess {
    /**
     * Connects.
     *
     * @param preparation lets the server know the scripts, on each new connection before it is used
     */
    Connected connect(Function<RedisPort, CompletionStage<Void>> preparation);

    default Connected connectForLeases() {
        return connect(RedisServerCheck::loadLeaseScripts);
    }

    /**
     * The port of a connection for leases.
     *
     * @param onClose told the port when it is closed
     */
    default RedisPort portForLeases(Consumer<RedisPort> onClose) {
        CompletableFuture<RedisPort> itself = new CompletableFuture<>();
        RedisPort port = connectForLeases().port(() -> {
            var unused = itself.thenAccept(onClose);
        });
        itself.complete(port);
        return port;
    }
}
