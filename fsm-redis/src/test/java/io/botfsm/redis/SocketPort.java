package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.spi.CommandPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.testkit.RespConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The port on a plain socket, for tests of everything that is not a client. Blocks. One thread at a time. */
public class SocketPort extends CommandPort {
    private final RespConnection connection;

    public SocketPort(RespConnection connection) {
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

    /** Only checks that the server permits it, since the connection is used for other commands too. */
    @Override
    public CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
        byte[] name = channel.getBytes(UTF_8);
        return send(List.of("SUBSCRIBE".getBytes(UTF_8), name))
                .thenCompose(subscribed -> send(List.of("UNSUBSCRIBE".getBytes(UTF_8), name)))
                .thenApply(unsubscribed -> () -> {});
    }

    /** Uses the same connection, which nobody else uses in the meantime. */
    @Override
    public FollowedScripts followedBy(List<byte[]> command) {
        return new FollowedScripts() {
            @Override
            public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
                return SocketPort.this.evalsha(sha, keys, args).thenApply(this::followed);
            }

            @Override
            public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
                return SocketPort.this.eval(script, keys, args).thenApply(this::followed);
            }

            private List<Object> followed(List<Object> reply) {
                List<Object> both = new ArrayList<>(reply);
                var unused =
                        send(command).whenComplete((waited, failure) -> both.add(failure == null ? waited : failure));
                return both;
            }

            @Override
            public void close() {}
        };
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
