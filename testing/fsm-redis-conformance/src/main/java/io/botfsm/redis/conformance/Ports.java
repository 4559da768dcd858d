package io.botfsm.redis.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.redis.spi.RedisPort;
import io.botfsm.redis.spi.RedisPortException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Calls of a port as the rules make them: with a bound on every wait. */
final class Ports {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private Ports() {}

    static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }

    static <T> T get(CompletionStage<T> stage) {
        return bounded(stage).join();
    }

    private static <T> CompletableFuture<T> bounded(CompletionStage<T> stage) {
        CompletableFuture<T> result = new CompletableFuture<>();
        var unused = stage.whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(failure);
            }
        });
        return result.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    static RedisPortException failure(CompletionStage<?> stage) {
        try {
            Object reply = bounded(stage).join();
            throw new AssertionError("it did not fail: " + reply);
        } catch (CompletionException e) {
            assertThat(e.getCause()).as("what a stage failed with").isInstanceOf(RedisPortException.class);
            return Objects.requireNonNull((RedisPortException) e.getCause());
        }
    }

    static boolean succeeds(CompletionStage<?> stage) {
        try {
            bounded(stage).join();
            return true;
        } catch (CompletionException e) {
            return false;
        }
    }

    static List<Object> eval(RedisPort port, String script, byte[] key, byte[]... args) {
        return get(evaluation(port, script, key, args));
    }

    static CompletionStage<List<Object>> evaluation(RedisPort port, String script, byte[] key, byte[]... args) {
        return port.eval(utf8(script), List.of(key), List.of(args));
    }

    /** Waits until the condition holds, and returns how long that took. */
    static Duration until(BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(since(begin)).as("in vain").isLessThan(PATIENCE);
            pause();
        }
        return since(begin);
    }

    static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Makes a call that must return within the limit, and returns its result. */
    static <T> T atOnce(Duration limit, Supplier<T> call) {
        long begin = System.nanoTime();
        T result = call.get();
        assertThat(since(begin)).as("until the call returns").isLessThan(limit);
        return result;
    }
}
