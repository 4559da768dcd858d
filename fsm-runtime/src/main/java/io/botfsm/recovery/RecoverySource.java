package io.botfsm.recovery;

import static java.util.Objects.requireNonNull;

import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The second source, called on the executor and with a timeout. Stages fail only with {@link RecoveryFailedException}.
 */
final class RecoverySource {
    private final StateRecovery recovery;
    private final Executor executor;
    private final Duration timeout;
    private final boolean takesEvents;
    private final Counters counters;

    RecoverySource(
            StateRecovery recovery, Executor executor, Duration timeout, boolean takesEvents, Counters counters) {
        this.recovery = recovery;
        this.executor = executor;
        this.timeout = timeout;
        this.takesEvents = takesEvents;
        this.counters = counters;
    }

    /** Looks up a conversation. Returns the write that restores it; empty if the source does not know it. */
    CompletableFuture<Optional<Mutation>> lookUp(StorageKey key, Snapshot missing) {
        return typed(key, call(() -> recovery.recover(key)).thenApply(found -> {
            Optional<Mutation> restoring = requireNonNull(found, "the source returned null")
                    .filter(conversation -> !conversation.isEmpty())
                    .map(conversation -> conversation.restoring(missing, takesEvents));
            (restoring.isPresent() ? counters.hits : counters.misses).increment();
            return restoring;
        }));
    }

    /** Reports that the conversation is cleared, up to this version. */
    CompletableFuture<@Nullable Void> cleared(StorageKey key, long version) {
        return typed(key, call(() -> recovery.cleared(key, version)).thenApply(confirmed -> {
            counters.clearsConfirmed.increment();
            return null;
        }));
    }

    private <T extends @Nullable Object> CompletableFuture<T> call(Supplier<CompletionStage<T>> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> begin(work, answer));
        } catch (Throwable refused) { // such as no memory for a thread
            return CompletableFuture.failedFuture(refused);
        }
        return answer.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static <T extends @Nullable Object> void begin(
            Supplier<CompletionStage<T>> work, CompletableFuture<T> answer) {
        try {
            CompletionStage<T> unused = requireNonNull(work.get(), "the source returned null instead of a stage")
                    .whenComplete((value, failure) -> Futures.complete(answer, value, failure));
        } catch (Throwable e) { // whatever the source throws, the caller must get it
            answer.completeExceptionally(e);
        }
    }

    private <T extends @Nullable Object> CompletableFuture<T> typed(StorageKey key, CompletableFuture<T> answer) {
        return answer.exceptionallyCompose(failure -> {
            counters.failures.increment();
            return CompletableFuture.failedFuture(new RecoveryFailedException(key, false, Futures.cause(failure)));
        });
    }
}
