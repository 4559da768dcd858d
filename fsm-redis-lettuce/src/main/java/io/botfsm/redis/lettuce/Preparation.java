package io.botfsm.redis.lettuce;

import io.botfsm.redis.internal.ServerProbe;
import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** What is done on each new connection before it is used. */
final class Preparation {
    private final Function<RedisPort, CompletionStage<Void>> steps;
    private final Consumer<PortCommand<?>> onBegin;

    private Preparation(Function<RedisPort, CompletionStage<Void>> steps, Consumer<PortCommand<?>> onBegin) {
        this.steps = steps;
        this.onBegin = onBegin;
    }

    /**
     * That of a node of a cluster, which has forgotten the scripts if it has restarted.
     *
     * @param scripts lets the server know the scripts
     * @param onBegin is told of each command, and ends it when its time is over
     */
    static Preparation ofNode(Function<RedisPort, CompletionStage<Void>> scripts, Consumer<PortCommand<?>> onBegin) {
        return new Preparation(scripts, onBegin);
    }

    /** That of a server which must be the master: a replica, such as a master that was replaced, is not used. */
    static Preparation ofMaster(Function<RedisPort, CompletionStage<Void>> scripts, Consumer<PortCommand<?>> onBegin) {
        return new Preparation(
                port -> ServerProbe.requireMaster(port).thenCompose(master -> scripts.apply(port)), onBegin);
    }

    /**
     * A server that is not ready yet, or does not answer, is to be tried again; one that will go on refusing to be asked or told
     * will say so to the calls.
     */
    CompletionStage<StatefulRedisConnection<byte[], byte[]>> prepared(
            StatefulRedisConnection<byte[], byte[]> connection) {
        return steps.apply(LettucePort.on(connection, onBegin)).handle((done, failure) -> {
            if (failure != null && !isLasting(failure)) {
                var unused = connection.closeAsync();
                throw new CompletionException(failure);
            }
            return connection;
        });
    }

    private static boolean isLasting(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RedisPortException refused && refused.isLasting();
    }
}
