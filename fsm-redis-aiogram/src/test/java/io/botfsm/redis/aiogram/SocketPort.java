package io.botfsm.redis.aiogram;

import io.botfsm.redis.spi.CommandPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.testkit.RespConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The port on a plain socket, for tests. Blocks. One thread at a time. */
class SocketPort extends CommandPort {
    private final RespConnection connection;

    SocketPort(RespConnection connection) {
        this.connection = connection;
    }

    @Override
    protected CompletionStage<List<Object>> send(List<byte[]> command) {
        try {
            Object reply = connection.call(command.toArray(byte[][]::new));
            return CompletableFuture.completedFuture(
                    new ArrayList<>(reply instanceof List<?> list ? list : Collections.singletonList(reply)));
        } catch (RespConnection.ErrorReply e) {
            return CompletableFuture.failedFuture(RedisPortException.ofServerError(e.getMessage()));
        }
    }

    @Override
    public CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FollowedScripts followedBy(List<byte[]> command) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long connection() {
        return 0;
    }

    @Override
    public void close() {
        connection.close();
    }
}
