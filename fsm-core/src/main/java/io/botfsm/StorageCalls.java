package io.botfsm;

import io.botfsm.TurnTransaction.Evaluation;
import io.botfsm.internal.guard.BestEffort;
import io.botfsm.internal.guard.WaitingCaller;
import io.botfsm.storage.ContentionException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Conflict;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a storage and waits for the result: blocking with a timeout, or on an executor, never on a thread of the
 * driver.
 */
final class StorageCalls {
    private static final Logger LOGGER = LoggerFactory.getLogger(StorageCalls.class.getPackageName());

    private final StateStorage storage;
    private final Duration timeout;
    private final Executor executor;
    private final LongSupplier nanoClock;
    private final InstantSource clock;

    StorageCalls(
            StateStorage storage, Duration timeout, Executor executor, LongSupplier nanoClock, InstantSource clock) {
        this.storage = storage;
        this.timeout = timeout;
        this.executor = executor;
        this.nanoClock = nanoClock;
        this.clock = clock;
    }

    StateStorage storage() {
        return storage;
    }

    /** The clock by which timeouts of turns are counted. */
    InstantSource clock() {
        return clock;
    }

    void require(Capability capability, String call) {
        if (!storage.capabilities().contains(capability)) {
            throw new UnsupportedOperationException(call + " needs a storage with " + capability);
        }
    }

    boolean has(Capability capability) {
        return storage.capabilities().contains(capability);
    }

    Snapshot read(StorageKey key) {
        return await(() -> storage.read(key), key, false);
    }

    Outcome write(StorageKey key, Mutation mutation) {
        return await(() -> storage.write(key, mutation), key, true);
    }

    /** Repeats the work until it is settled, blocking the caller. */
    <R extends @Nullable Object> Handled<R> settle(TurnTransaction<R> work) {
        StorageKey key = work.key();
        Deadline deadline = deadline();
        Snapshot current = await(() -> storage.read(key), key, false);
        for (int attempts = 1; ; attempts++) {
            Evaluation<R> evaluation = evaluate(work, current);
            if (!(evaluation instanceof Evaluation.Pending<R> pending)) {
                return ((Evaluation.Settled<R>) evaluation).handled();
            }
            Outcome outcome = await(() -> storage.write(key, pending.write()), key, true);
            if (!(outcome instanceof Conflict conflict)) {
                return work.settle(pending, outcome);
            }
            current = conflict.current();
            pause(key, pauseNanos(key, attempts, deadline));
        }
    }

    /**
     * Runs the handler. Warns if it takes longer than the time for which conflicts are retried: it delays others, and
     * is not run again if another writer was faster.
     */
    private <R extends @Nullable Object> Evaluation<R> evaluate(TurnTransaction<R> work, Snapshot current) {
        long start = nanoClock.getAsLong();
        try {
            return work.evaluate(current);
        } finally {
            Duration took = Duration.ofNanos(nanoClock.getAsLong() - start);
            if (took.compareTo(timeout) > 0) {
                BestEffort.run(() -> LOGGER.warn(
                        "{}: handler {} ran for {} ms, longer than the timeout of {}. Handlers are not interrupted. Unless it"
                                + " failed, its changes are written; if another writer was faster, the call fails with"
                                + " ContentionException. Move slow work out of the handler.",
                        work.key(),
                        work.handlerName(),
                        took.toMillis(),
                        timeout));
            }
        }
    }

    CompletionStage<Snapshot> readAsync(StorageKey key) {
        return onExecutor(storage.read(key), CompletableFuture::completedStage);
    }

    /** Repeats the work until it is settled, on the executor. */
    <R extends @Nullable Object> CompletionStage<Handled<R>> settleAsync(TurnTransaction<R> work) {
        Deadline deadline = deadline();
        return onExecutor(storage.read(work.key()), current -> attemptAsync(work, current, 1, deadline));
    }

    private <R extends @Nullable Object> CompletionStage<Handled<R>> attemptAsync(
            TurnTransaction<R> work, Snapshot current, int attempts, Deadline deadline) {
        Evaluation<R> evaluation = evaluate(work, current);
        if (!(evaluation instanceof Evaluation.Pending<R> pending)) {
            return CompletableFuture.completedStage(((Evaluation.Settled<R>) evaluation).handled());
        }
        return on(
                this::executeOrRunAsync,
                storage.write(work.key(), pending.write()),
                outcome -> outcome instanceof Conflict conflict
                        ? retryAsync(work, conflict.current(), attempts, deadline)
                        : CompletableFuture.completedStage(work.settle(pending, outcome)));
    }

    private <R extends @Nullable Object> CompletionStage<Handled<R>> retryAsync(
            TurnTransaction<R> work, Snapshot current, int attempts, Deadline deadline) {
        long pause = pauseNanos(work.key(), attempts, deadline);
        CompletableFuture<Snapshot> delayed =
                new CompletableFuture<Snapshot>().completeOnTimeout(current, pause, TimeUnit.NANOSECONDS);
        return onExecutor(delayed, unchanged -> attemptAsync(work, unchanged, attempts + 1, deadline));
    }

    /** Continues with the result of a stage on the executor, whether the stage succeeds or fails. */
    private <T, U> CompletionStage<U> onExecutor(CompletionStage<T> stage, Function<T, CompletionStage<U>> next) {
        return on(executor, stage, next);
    }

    private static <T, U> CompletionStage<U> on(
            Executor executor, CompletionStage<T> stage, Function<T, CompletionStage<U>> next) {
        return stage.handleAsync(
                        (value, failure) ->
                                failure == null ? next.apply(value) : CompletableFuture.<U>failedStage(cause(failure)),
                        executor)
                .thenCompose(Function.identity());
    }

    /** Runs a task after a write: on a thread of the JDK if the executor refuses, since the write may be stored. */
    private void executeOrRunAsync(Runnable task) {
        AtomicBoolean started = new AtomicBoolean();
        Runnable once = () -> {
            if (started.compareAndSet(false, true)) {
                task.run();
            }
        };
        if (BestEffort.run(() -> executor.execute(once)).isPresent()) {
            var unused = CompletableFuture.runAsync(once);
        }
    }

    private Deadline deadline() {
        return Deadline.after(timeout, nanoClock);
    }

    private <T> T await(Supplier<CompletionStage<T>> call, StorageKey key, boolean writes) {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedCallException(key, false, new InterruptedException("interrupted before the call"));
        }
        try {
            return WaitingCaller.call(timeout.toNanos(), call)
                    .toCompletableFuture()
                    .get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw typed(cause(e));
        } catch (TimeoutException e) {
            throw new StorageUnavailableException(key, timeout, writes, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(key, writes, e);
        }
    }

    private long pauseNanos(StorageKey key, int attempts, Deadline deadline) {
        long pause = deadline.pauseNanos(attempts);
        if (pause < 0) {
            throw new ContentionException(key, attempts, timeout);
        }
        return pause;
    }

    private static void pause(StorageKey key, long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException(key, false, e);
        }
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static FsmException typed(Throwable failure) {
        return failure instanceof FsmException e
                ? e
                : new FsmException("the storage failed with an exception that its contract does not allow", failure);
    }
}
