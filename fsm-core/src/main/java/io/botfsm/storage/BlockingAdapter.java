package io.botfsm.storage;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** Runs the calls of a blocking driver on an executor, with a timeout. */
final class BlockingAdapter implements StateStorage {
    private enum Progress {
        WAITING,
        BEGUN,
        EXPIRED
    }

    private final BlockingStateStorage storage;
    private final Executor executor;
    private final Duration timeout;
    private final AtomicBoolean closed = new AtomicBoolean();

    BlockingAdapter(BlockingStateStorage storage, Executor executor, Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout must be positive: " + timeout);
        }
        this.storage = storage;
        this.executor = executor;
        this.timeout = timeout;
    }

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        return call(key, false, () -> storage.read(key));
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        return call(key, true, () -> storage.write(key, mutation));
    }

    private <T> CompletionStage<T> call(StorageKey key, boolean writes, Callable<T> work) {
        if (closed.get()) {
            return CompletableFuture.failedFuture(new StorageClosedException());
        }
        AtomicReference<Progress> progress = new AtomicReference<>(Progress.WAITING);
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                if (progress.compareAndSet(Progress.WAITING, Progress.BEGUN)) {
                    run(work, answer, failure -> unavailable(key, writes, failure));
                }
            });
        } catch (Throwable refused) { // such as no memory for a thread; if the task has begun, its result counts
            if (progress.compareAndSet(Progress.WAITING, Progress.EXPIRED)) {
                return CompletableFuture.failedFuture(unavailable(key, false, refused));
            }
        }
        return answer.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS).exceptionallyCompose(failure -> {
            boolean expired = failure instanceof TimeoutException;
            boolean started = !expired || !progress.compareAndSet(Progress.WAITING, Progress.EXPIRED);
            return CompletableFuture.failedFuture(expired ? unavailable(key, writes && started, failure) : failure);
        });
    }

    private interface Failure {
        FsmException of(Throwable cause);
    }

    private static <T> void run(Callable<T> work, CompletableFuture<T> answer, Failure failure) {
        try {
            answer.complete(requireNonNull(work.call(), "the driver returned null"));
        } catch (FsmException e) {
            answer.completeExceptionally(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.completeExceptionally(failure.of(e));
        } catch (Throwable e) { // whatever the driver throws must reach the caller
            answer.completeExceptionally(failure.of(e));
        }
    }

    private StorageUnavailableException unavailable(StorageKey key, boolean mayBeApplied, Throwable cause) {
        return new StorageUnavailableException(key, timeout, mayBeApplied, cause);
    }

    @Override
    public Set<Capability> capabilities() {
        return storage.capabilities();
    }

    @Override
    public <T> Optional<T> extension(Class<T> type) {
        return storage.extension(requireNonNull(type, "type"), executor);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            storage.close();
        }
    }
}
