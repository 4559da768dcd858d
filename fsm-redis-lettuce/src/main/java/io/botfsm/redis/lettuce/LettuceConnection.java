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
        LettuceCommand begun = begun(command);
        try {
            connection.dispatch(begun);
        } catch (RuntimeException e) {
            begun.completeExceptionally(e);
        }
        return begun;
    }

    @Override
    public List<CompletableFuture<List<Object>>> sendTogether(List<List<byte[]>> commands) {
        List<LettuceCommand> begun = commands.stream().map(this::begun).toList();
        try {
            connection.dispatch(begun);
        } catch (RuntimeException e) {
            begun.forEach(command -> command.completeExceptionally(e));
        }
        return new ArrayList<>(begun);
    }

    private LettuceCommand begun(List<byte[]> command) {
        LettuceCommand begun = new LettuceCommand(command, why -> onTrouble.accept(why));
        client.begin(begun);
        return begun;
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
