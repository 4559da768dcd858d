package io.botfsm.conformance.internal;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.FsmException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The result of a stage, and how long it took: a value, or a failure wrapped once at most. */
public final class TimedResult<T> {
    private record Ended<T>(@Nullable T value, @Nullable Throwable failure, Duration after) {}

    private final CompletableFuture<Ended<T>> ended = new CompletableFuture<>();

    public TimedResult(CompletionStage<T> stage) {
        long begun = System.nanoTime();
        CompletionStage<Boolean> unused = requireNonNull(stage, "a stage is returned, not null")
                .handle((value, failure) ->
                        ended.complete(new Ended<>(value, failure, Duration.ofNanos(System.nanoTime() - begun))));
    }

    /**
     * Repeats a call while it fails, and returns its value; a call begun after the given time must succeed. For calls
     * with a time limit so short that a busy machine alone can make one fail.
     */
    public static <T> T eventually(Supplier<TimedResult<T>> call, Duration time, Duration timeout) {
        long begun = System.nanoTime();
        while (true) {
            boolean last = System.nanoTime() - begun > time.toNanos();
            TimedResult<T> answer = call.get();
            if (last || answer.anyFailureOrNone(timeout).isEmpty()) {
                return answer.value(timeout);
            }
            BackendTime.pause(Duration.ofMillis(10));
        }
    }

    public T value(Duration timeout) {
        Ended<T> end = end(timeout);
        if (end.failure != null) {
            throw new AssertionError("a call failed that should not have: " + end.failure, end.failure);
        }
        return requireNonNull(end.value, "a stage completes with a value, not null");
    }

    public FsmException failure(Duration timeout) {
        return failureOrNone(timeout).orElseThrow(() -> new AssertionError("a call succeeded that should have failed"));
    }

    /** The failure, or empty if there is a value. */
    public Optional<FsmException> failureOrNone(Duration timeout) {
        return anyFailureOrNone(timeout).map(cause -> {
            if (cause instanceof FsmException typed) {
                return typed;
            }
            throw new AssertionError("a storage fails with an FsmException, not with " + cause, cause);
        });
    }

    /** The failure of whatever type, or empty if there is a value. */
    public Optional<Throwable> anyFailureOrNone(Duration timeout) {
        Throwable failure = end(timeout).failure;
        return Optional.ofNullable(
                failure instanceof CompletionException wrapped && wrapped.getCause() != null
                        ? wrapped.getCause()
                        : failure);
    }

    /** Does something with the value once it is there, on whichever thread completes the stage. */
    public void then(Consumer<T> action) {
        CompletionStage<Void> unused = ended.thenAccept(end -> {
            if (end.value != null) {
                action.accept(end.value);
            }
        });
    }

    /** How long the answer took. */
    public Duration took(Duration timeout) {
        return end(timeout).after;
    }

    private Ended<T> end(Duration timeout) {
        try {
            return ended.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("no answer within " + timeout + ": nothing may hang", e);
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("interrupted while waiting for an answer", e);
        }
    }
}
