package io.botfsm.conformance;

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

/** What a stage answers, sooner or later: a value, or a failure at most wrapped once. */
final class Answer<T> {
    private record Ended<T>(@Nullable T value, @Nullable Throwable failure, Duration after) {}

    private final CompletableFuture<Ended<T>> ended = new CompletableFuture<>();

    Answer(CompletionStage<T> stage) {
        long begun = System.nanoTime();
        CompletionStage<Boolean> unused = requireNonNull(stage, "a stage is returned, not null")
                .handle((value, failure) ->
                        ended.complete(new Ended<>(value, failure, Duration.ofNanos(System.nanoTime() - begun))));
    }

    /**
     * What a call answers, made again while it fails: one begun later than the given time must succeed. For calls with a time
     * limit so short that a busy machine alone can make one fail.
     */
    static <T> T eventually(Supplier<Answer<T>> call, Duration time, Duration patience) {
        long begun = System.nanoTime();
        while (true) {
            boolean last = System.nanoTime() - begun > time.toNanos();
            Answer<T> answer = call.get();
            if (last || answer.anyFailureOrNone(patience).isEmpty()) {
                return answer.value(patience);
            }
            Time.pause(Duration.ofMillis(10));
        }
    }

    T value(Duration patience) {
        Ended<T> end = end(patience);
        if (end.failure != null) {
            throw new AssertionError("a call failed that should not have: " + end.failure, end.failure);
        }
        return requireNonNull(end.value, "a stage completes with a value, not null");
    }

    FsmException failure(Duration patience) {
        return failureOrNone(patience).orElseThrow(() -> new AssertionError("a call answered that had to fail"));
    }

    /** The failure, or empty if there is a value. */
    Optional<FsmException> failureOrNone(Duration patience) {
        return anyFailureOrNone(patience).map(cause -> {
            if (cause instanceof FsmException typed) {
                return typed;
            }
            throw new AssertionError("a storage fails with an FsmException, not with " + cause, cause);
        });
    }

    /** The failure of whatever type, or empty if there is a value. */
    Optional<Throwable> anyFailureOrNone(Duration patience) {
        Throwable failure = end(patience).failure;
        return Optional.ofNullable(
                failure instanceof CompletionException wrapped && wrapped.getCause() != null
                        ? wrapped.getCause()
                        : failure);
    }

    /** Does something with the value once it is there, on whichever thread completes the stage. */
    void then(Consumer<T> action) {
        CompletionStage<Void> unused = ended.thenAccept(end -> {
            if (end.value != null) {
                action.accept(end.value);
            }
        });
    }

    /** How long the answer took. */
    Duration took(Duration patience) {
        return end(patience).after;
    }

    private Ended<T> end(Duration patience) {
        try {
            return ended.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("no answer within " + patience + ": nothing may hang", e);
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("interrupted while waiting for an answer", e);
        }
    }
}
