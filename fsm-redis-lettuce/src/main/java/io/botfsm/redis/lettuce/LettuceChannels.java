package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.Subscriptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Lettuce's connection for subscriptions. */
final class LettuceChannels implements Subscriptions.Channels {
    private final StatefulRedisPubSubConnection<String, String> connection;
    private final AtomicBoolean over = new AtomicBoolean();

    LettuceChannels(StatefulRedisPubSubConnection<String, String> connection) {
        this.connection = connection;
    }

    @Override
    public void listen(Consumer<String> onMessage, Runnable onLost) {
        Runnable lost = () -> {
            if (over.compareAndSet(false, true)) {
                onLost.run();
            }
        };
        connection.addListener(new RedisPubSubAdapter<String, String>() {
            @Override
            public void message(String channel, String message) {
                onMessage.accept(channel);
            }
        });
        connection.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> disconnected) {
                lost.run();
            }
        });
        if (!connection.isOpen()) {
            lost.run();
        }
    }

    @Override
    public CompletionStage<Void> subscribe(String channel) {
        return answered(connection.async().subscribe(channel));
    }

    @Override
    public void unsubscribe(String channel) {
        var unused = connection.async().unsubscribe(channel);
    }

    @Override
    public CompletionStage<Void> ping() {
        return answered(connection.async().ping());
    }

    private static CompletableFuture<Void> answered(RedisFuture<?> command) {
        return command.toCompletableFuture().handle((answer, failure) -> {
            if (failure != null) {
                throw new CompletionException(LettuceClient.known(failure));
            }
            return null;
        });
    }

    @Override
    public CompletionStage<Void> close() {
        over.set(true);
        return connection.closeAsync();
    }
}
