package io.botfsm.recovery;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Serializes work per conversation, in this process. Thread-safe. */
final class PerKeySerializer {
    private final ConcurrentMap<StorageKey, CompletableFuture<?>> last = new ConcurrentHashMap<>();
    private final Executor executor;

    PerKeySerializer(Executor executor) {
        this.executor = executor;
    }

    /**
     * Runs the work after all work that was submitted before for the same conversation. The work must complete, with a
     * result or a failure.
     */
    <T> CompletableFuture<T> run(StorageKey key, Supplier<CompletableFuture<T>> work) {
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<?> before = last.put(key, mine);
        CompletableFuture<T> done = before == null
                ? Futures.started(work)
                // On the executor, so that a long queue does not become a deep stack.
                : before.handle((value, failure) -> true).thenComposeAsync(ended -> Futures.started(work), executor);
        CompletableFuture<T> unused = done.whenComplete((value, failure) -> {
            last.remove(key, mine);
            Futures.complete(mine, value, failure == null ? null : typed(key, Futures.cause(failure)));
        });
        return mine;
    }

    /** Wraps an exception that is not an {@code FsmException}; it comes from an executor that rejected the work. */
    private static Throwable typed(StorageKey key, Throwable failure) {
        return failure instanceof FsmException ? failure : new RecoveryFailedException(key, false, failure);
    }

    int size() {
        return last.size();
    }
}
