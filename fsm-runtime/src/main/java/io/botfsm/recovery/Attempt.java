package io.botfsm.recovery;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Work that ends as a future, whatever happens. */
final class Attempt {
    private Attempt() {}

    /** Begins the work; what it throws fails the future. */
    static <T extends @Nullable Object> CompletableFuture<T> of(Supplier<CompletableFuture<T>> work) {
        try {
            return work.get();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Ends the future as another one has ended. */
    static <T extends @Nullable Object> void end(CompletableFuture<T> future, T value, @Nullable Throwable failure) {
        if (failure == null) {
            future.complete(value);
        } else {
            future.completeExceptionally(cause(failure));
        }
    }

    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
