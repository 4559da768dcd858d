package io.botfsm.redis.internal;

import io.botfsm.redis.spi.RedisPortException;
import io.botfsm.redis.spi.RedisPortException.CommandOutcome;
import io.botfsm.redis.spi.RedisScripts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs scripts. If the server has forgotten a script, it is sent again within the same attempt and the same timeout.
 * Thread-safe.
 */
public final class ScriptCalls {
    private final RedisScripts server;
    private final Duration timeout;

    /**
     * Creates an object that runs scripts through a client.
     *
     * @param timeout the limit of a call that has to send the script as well
     * @throws IllegalArgumentException if the timeout is not positive
     */
    public ScriptCalls(RedisScripts server, Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout must be positive: " + timeout);
        }
        this.server = server;
        this.timeout = timeout;
    }

    /** Handles the reply of a script, or its failure, which is not wrapped. */
    @FunctionalInterface
    public interface ReplyHandler<T> {
        /** Completes the result with either. */
        void accept(CompletableFuture<T> result, @Nullable List<Object> reply, @Nullable Throwable failure);
    }

    /** Runs a script. Returns a future that {@code end} completes; it is of the same kind as the port's own futures. */
    public <T> CompletableFuture<T> call(Script script, List<byte[]> keys, List<byte[]> args, ReplyHandler<T> end) {
        CompletionStage<List<Object>> first = server.evalsha(script.sha(), keys, args);
        CompletableFuture<T> result = first.toCompletableFuture().newIncompleteFuture();
        run(first, script, keys, args, System.nanoTime(), (reply, failure) -> end.accept(result, reply, failure));
        return result;
    }

    /** Runs a script; {@code end} is given either the reply or the failure, which is not wrapped in another. */
    public void run(
            Script script,
            List<byte[]> keys,
            List<byte[]> args,
            BiConsumer<@Nullable List<Object>, @Nullable Throwable> end) {
        run(server.evalsha(script.sha(), keys, args), script, keys, args, System.nanoTime(), end);
    }

    /** Runs a script as a later command of a call that began at {@code begin}, within the timeout of that call. */
    public void runSince(
            long begin,
            Script script,
            List<byte[]> keys,
            List<byte[]> args,
            BiConsumer<@Nullable List<Object>, @Nullable Throwable> end) {
        run(within(begin, () -> server.evalsha(script.sha(), keys, args)), script, keys, args, begin, end);
    }

    private void run(
            CompletionStage<List<Object>> first,
            Script script,
            List<byte[]> keys,
            List<byte[]> args,
            long begin,
            BiConsumer<@Nullable List<Object>, @Nullable Throwable> end) {
        first.whenComplete((reply, failure) -> {
            if (failure != null && isForgotten(failure)) {
                within(begin, () -> server.eval(script.text(), keys, args))
                        .whenComplete((second, secondFailure) ->
                                end.accept(second, secondFailure == null ? null : unwrapped(secondFailure)));
            } else {
                end.accept(reply, failure == null ? null : unwrapped(failure));
            }
        });
    }

    /** Returns whether a call failed because the server does not know the script. */
    public static boolean isForgotten(Throwable failure) {
        return unwrapped(failure) instanceof RedisPortException known && known.kind() == CommandOutcome.NO_SCRIPT;
    }

    private CompletionStage<List<Object>> within(long begin, Supplier<CompletionStage<List<Object>>> command) {
        long left = timeout.toNanos() - (System.nanoTime() - begin);
        if (left <= 0) {
            return CompletableFuture.failedFuture(RedisPortException.notSent(null));
        }
        return command.get()
                .toCompletableFuture()
                .copy() // the original belongs to the port
                .orTimeout(left, TimeUnit.NANOSECONDS);
    }

    /** Returns the failure of a port's stage, unwrapped; a timeout becomes a failure with unknown outcome. */
    public static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof TimeoutException ? RedisPortException.outcomeUnknown(cause) : cause;
    }
}
