package io.botfsm.redis;

import io.botfsm.redis.spi.RedisPort;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A port on which every command fails. */
class FailingPort implements RedisPort {
    private final Throwable failure;

    FailingPort(Throwable failure) {
        this.failure = failure;
    }

    @Override
    public CompletionStage<List<byte[]>> hgetall(byte[] key) {
        return CompletableFuture.failedFuture(failure);
    }

    @Override
    public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
        return CompletableFuture.failedFuture(failure);
    }

    @Override
    public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
        return CompletableFuture.failedFuture(failure);
    }

    @Override
    public CompletionStage<String> scriptLoad(byte[] script) {
        return CompletableFuture.failedFuture(failure);
    }

    @Override
    public CompletionStage<String> info(String section) {
        return CompletableFuture.failedFuture(failure);
    }

    @Override
    public CompletionStage<List<byte[]>> configGet(String pattern) {
        return CompletableFuture.failedFuture(failure);
    }

    @Override
    public CompletionStage<List<Object>> scan(byte[] cursor, byte[] pattern, int count) {
        return CompletableFuture.failedFuture(failure);
    }

    @Override
    public CompletionStage<ChannelSubscription> subscribe(String channel, Runnable hint) {
        return CompletableFuture.failedFuture(failure);
    }

    @Override
    public FollowedScripts followedBy(List<byte[]> command) {
        return new FollowedScripts() {
            @Override
            public CompletionStage<List<Object>> evalsha(String sha, List<byte[]> keys, List<byte[]> args) {
                return CompletableFuture.failedFuture(failure);
            }

            @Override
            public CompletionStage<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> args) {
                return CompletableFuture.failedFuture(failure);
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
    public void close() {}
}
