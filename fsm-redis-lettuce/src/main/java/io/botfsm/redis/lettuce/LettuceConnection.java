package io.botfsm.redis.lettuce;

import io.botfsm.redis.spi.ServerConnection;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Lettuce's connection for commands. */
final class LettuceConnection implements ServerConnection {
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final LettuceClient client;
    private volatile Consumer<String> onTrouble = why -> {};

    /** Creates a connection of the client, which ends commands that time out. */
    LettuceConnection(StatefulRedisConnection<byte[], byte[]> connection, LettuceClient client) {
        this.connection = connection;
        this.client = client;
    }

    @Override
    public CompletableFuture<List<Object>> send(List<byte[]> command) {
        LettuceCommand started = started(command);
        try {
            connection.dispatch(started);
        } catch (RuntimeException e) {
            started.completeExceptionally(e);
        }
        return started;
    }

    @Override
    public List<CompletableFuture<List<Object>>> sendTogether(List<List<byte[]>> commands) {
        List<LettuceCommand> started = commands.stream().map(this::started).toList();
        try {
            connection.dispatch(started);
        } catch (RuntimeException e) {
            started.forEach(command -> command.completeExceptionally(e));
        }
        return new ArrayList<>(started);
    }

    private LettuceCommand started(List<byte[]> command) {
        LettuceCommand started = new LettuceCommand(command, why -> onTrouble.accept(why));
        client.begin(started);
        return started;
    }

    @Override
    public boolean isOpen() {
        return connection.isOpen();
    }

    @Override
    public void watch(Consumer<String> listener) {
        onTrouble = listener;
        connection.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> lost) {
                listener.accept("lost");
            }
        });
        if (!connection.isOpen()) {
            listener.accept("lost");
        }
    }

    @Override
    public CompletionStage<Void> close() {
        return client.closing(connection.closeAsync());
    }
}
