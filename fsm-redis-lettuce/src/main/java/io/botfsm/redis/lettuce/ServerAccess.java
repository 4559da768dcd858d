package io.botfsm.redis.lettuce;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.RedisLeaseOptions;
import io.botfsm.redis.RedisLeaseStore;
import io.botfsm.redis.RedisServerCheck;
import io.botfsm.redis.spi.RedisPort;
import java.util.concurrent.CompletionStage;
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
     * A store of leases over a client, which it closes.
     *
     * @param onClose told when the store is closed
     */
    static LeaseStore leaseStore(Connected client, RedisLeaseOptions options, Runnable onClose) {
        RedisPort port = client.port(onClose);
        try {
            new RedisServerCheck(port, client.server(), client.commandTimeout()).runForLeases(options.keyPrefix());
        } catch (RuntimeException e) {
            port.close();
            throw e;
        }
        return new RedisLeaseStore(port, client.commandTimeout(), options);
    }
}
