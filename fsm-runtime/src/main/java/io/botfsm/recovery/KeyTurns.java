package io.botfsm.recovery;

import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Work that is done one after another per conversation, in this process. Thread-safe. */
final class KeyTurns {
    private final ConcurrentMap<StorageKey, CompletableFuture<?>> last = new ConcurrentHashMap<>();
    private final Executor executor;

    KeyTurns(Executor executor) {
        this.executor = executor;
    }

    /** Does the work after that submitted before. The work must end, well or not. */
    <T> CompletableFuture<T> run(StorageKey key, Supplier<CompletableFuture<T>> work) {
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<?> before = last.put(key, mine);
        CompletableFuture<T> done = before == null
                ? Attempt.of(work)
                // On the executor, so that a long queue does not become a deep stack.
                : before.handle((value, failure) -> true).thenComposeAsync(ended -> Attempt.of(work), executor);
        CompletableFuture<T> unused = done.whenComplete((value, failure) -> {
            last.remove(key, mine);
            Attempt.end(mine, value, failure == null ? null : typed(key, Attempt.cause(failure)));
        });
        return mine;
    }

    /** What is not typed comes from an executor that refuses. */
    private static Throwable typed(StorageKey key, Throwable failure) {
        return failure instanceof FsmException ? failure : new RecoveryFailedException(key, false, failure);
    }

    int size() {
        return last.size();
    }
}
