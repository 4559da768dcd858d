package io.botfsm.internal.guard;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A call that may block for long, made on a thread of its own and waited for no longer than a timeout. While one has
 * not returned, no other is made: callers wait for that one. Thread-safe.
 */
public final class BoundedCall<T> {
    private final String threadName;
    private final Callable<? extends T> call;
    private @Nullable CompletableFuture<T> pending;

    /** @param threadName that of the daemon threads on which calls are made */
    public BoundedCall(String threadName, Callable<? extends T> call) {
        this.threadName = threadName;
        this.call = call;
    }

    /**
     * Makes the call, or joins the one that has not returned.
     *
     * @throws TimeoutException if it does not return within that time; it goes on
     * @throws ExecutionException if it throws
     */
    public T get(Duration timeout) throws InterruptedException, ExecutionException, TimeoutException {
        return pending().get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private synchronized CompletableFuture<T> pending() {
        CompletableFuture<T> present = pending;
        if (present == null || present.isDone()) {
            CompletableFuture<T> next = new CompletableFuture<>();
            Thread thread = new Thread(() -> complete(next), threadName);
            thread.setDaemon(true);
            thread.start();
            pending = next;
            return next;
        }
        return present;
    }

    private void complete(CompletableFuture<T> result) {
        try {
            result.complete(call.call());
        } catch (Throwable e) { // of whatever kind: callers wait
            result.completeExceptionally(e);
        }
    }
}
