package io.botfsm.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.testkit.RespConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The port on a plain socket, for tests of everything that is not a client. Blocks. One thread at a time. */
class SocketPort implements RedisPort {
    private final RespConnection connection;

    SocketPort(RespConnection connection) {
        this.connection = connection;
    }

    @Override
    public CompletionStage<List<byte[]>> hgetall(byte[] key) {
        return call("HGETALL".getBytes(UTF_8), key)
                .thenApply(reply -> reply.stream().map(byte[].class::cast).toList());
    }

    @Override
    public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
        return script("EVALSHA", sha.getBytes(UTF_8), keys, args);
    }

    @Override
    public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
        return script("EVAL", script, keys, args);
    }

    private CompletionStage<List<Object>> script(String verb, byte[] script, List<byte[]> keys, List<byte[]> args) {
        List<byte[]> parts = new ArrayList<>();
        parts.add(verb.getBytes(UTF_8));
        parts.add(script);
        parts.add(Integer.toString(keys.size()).getBytes(UTF_8));
        parts.addAll(keys);
        parts.addAll(args);
        return call(parts.toArray(byte[][]::new));
    }

    @Override
    public CompletionStage<String> scriptLoad(byte[] script) {
        return call("SCRIPT".getBytes(UTF_8), "LOAD".getBytes(UTF_8), script).thenApply(SocketPort::text);
    }

    @Override
    public CompletionStage<String> info(String section) {
        return call("INFO".getBytes(UTF_8), section.getBytes(UTF_8)).thenApply(SocketPort::text);
    }

    @Override
    public CompletionStage<List<byte[]>> configGet(String pattern) {
        return call("CONFIG".getBytes(UTF_8), "GET".getBytes(UTF_8), pattern.getBytes(UTF_8))
                .thenApply(reply -> reply.stream().map(byte[].class::cast).toList());
    }

    /** Finds out whether the server would; the connection is for other commands too. */
    @Override
    public CompletionStage<Subscription> subscribe(String channel, Runnable hint) {
        return call("SUBSCRIBE".getBytes(UTF_8), channel.getBytes(UTF_8))
                .thenCompose(subscribed -> call("UNSUBSCRIBE".getBytes(UTF_8), channel.getBytes(UTF_8)))
                .thenApply(unsubscribed -> () -> {});
    }

    /** On the same connection, which nobody else uses meanwhile. */
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
                call(command.toArray(byte[][]::new))
                        .whenComplete((waited, failure) -> both.add(failure == null ? waited : failure));
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

    private static String text(List<Object> reply) {
        return new String((byte[]) reply.get(0), UTF_8);
    }

    private CompletionStage<List<Object>> call(byte[]... parts) {
        try {
            Object reply = connection.call(parts);
            return CompletableFuture.completedFuture(list(reply));
        } catch (RespConnection.ErrorReply e) {
            return CompletableFuture.failedFuture(RedisPortException.ofServerError(e.getMessage()));
        }
    }

    private static List<Object> list(Object reply) {
        List<Object> list = new ArrayList<>();
        if (reply instanceof List<?> elements) {
            list.addAll(elements);
        } else {
            list.add(reply);
        }
        return list;
    }

    @Override
    public void close() {
        connection.close();
    }
}
