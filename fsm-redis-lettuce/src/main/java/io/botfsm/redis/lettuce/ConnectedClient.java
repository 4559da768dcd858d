package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.Subscriptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.EpollProvider;
import io.lettuce.core.resource.KqueueProvider;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One server, or the master that Sentinels know: one live connection for commands and, while there are subscriptions, one for
 * those. Thread-safe.
 */
final class ConnectedClient implements Connected {
    private final LettuceClient client;
    private final RedisURI uri;
    private final LiveConnection live;
    private final FollowedConnections followed;
    private final Subscriptions subscriptions;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Connects. Blocks.
     *
     * @param scripts lets the server know the scripts, on each new connection before it is used
     */
    ConnectedClient(LettuceClient client, RedisURI uri, Function<RedisPort, CompletionStage<Void>> scripts) {
        this.client = client;
        this.uri = uri;
        Whereabouts whereabouts = Whereabouts.of(uri, client);
        Preparation preparation = Preparation.ofMaster(scripts, client.onBegin());
        this.subscriptions = client.subscriptions(server(), whereabouts);
        this.live = live(
                first(whereabouts),
                whereabouts,
                preparation,
                uri.getSentinels().isEmpty() ? subscriptions::suspect : subscriptions::follow);
        this.followed = new FollowedConnections(
                () -> live(null, whereabouts, preparation, () -> {}), client.onBegin(), client.commandTimeout());
        live.start();
    }

    private LiveConnection live(
            @Nullable StatefulRedisConnection<byte[], byte[]> first,
            Whereabouts whereabouts,
            Preparation preparation,
            Runnable onReplaced) {
        return new LiveConnection(
                server(),
                first,
                () -> whereabouts.now().thenCompose(client::connect).thenCompose(preparation::prepared),
                client.executors(),
                client.commandTimeout(),
                onReplaced);
    }

    private StatefulRedisConnection<byte[], byte[]> first(Whereabouts whereabouts) {
        try {
            return client.first(server(), whereabouts);
        } catch (RuntimeException e) {
            client.close(Set.of());
            throw e;
        }
    }

    /**
     * Returns the URI.
     *
     * @throws IllegalArgumentException if it names a Unix socket, and there is nothing to reach that with
     */
    static RedisURI requireNativeTransport(RedisURI uri) {
        if (uri.getSocket() != null && !EpollProvider.isAvailable() && !KqueueProvider.isAvailable()) {
            throw new IllegalArgumentException(RedisAddress.name(uri)
                    + ": a Unix socket needs Netty's native transport on the class path: netty-transport-native-epoll"
                    + " on Linux, netty-transport-native-kqueue on macOS");
        }
        return uri;
    }

    @Override
    public RedisPort port(Runnable onClose) {
        return new LettucePort(live, client.onBegin(), subscriptions::subscribe, followed, () -> {
            onClose.run();
            close();
        });
    }

    @Override
    public String server() {
        return RedisAddress.name(uri);
    }

    @Override
    public Duration commandTimeout() {
        return client.commandTimeout();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Set<StatefulRedisConnection<byte[], byte[]>> connections = new HashSet<>(live.end());
            connections.addAll(followed.end());
            LettuceClient.await(subscriptions.close());
            client.close(connections);
        }
    }
}
