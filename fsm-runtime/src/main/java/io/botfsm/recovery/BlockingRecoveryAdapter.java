package io.botfsm.recovery;

import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Runs the calls of a blocking source on an executor, with a timeout. */
final class BlockingRecoveryAdapter implements StateRecovery {
    private final BlockingStateRecovery source;
    private final Executor executor;
    private final Duration timeout;

    BlockingRecoveryAdapter(BlockingStateRecovery source, Executor executor, Duration timeout) {
        this.source = source;
        this.executor = executor;
        this.timeout = timeout;
    }

    @Override
    public CompletionStage<Optional<RecoveredConversation>> recover(StorageKey key) {
        return call(() -> source.recover(key));
    }

    @Override
    public CompletionStage<Void> cleared(StorageKey key, long version) {
        return call(() -> {
                    source.cleared(key, version);
                    return true;
                })
                .thenAccept(done -> {});
    }

    private <T> CompletableFuture<T> call(Callable<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        FutureTask<@Nullable Void> task = new FutureTask<>(() -> {
            try {
                answer.complete(work.call());
            } catch (Throwable e) { // whatever the driver throws, the caller must hear of it
                answer.completeExceptionally(e);
            }
            return null;
        });
        try {
            executor.execute(task);
        } catch (Throwable refused) { // such as no memory for a thread
            return CompletableFuture.failedFuture(refused);
        }
        return answer.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS).whenComplete((value, failure) -> {
            if (failure instanceof TimeoutException) {
                task.cancel(true); // never starts, or is interrupted if it runs
            }
        });
    }
}
