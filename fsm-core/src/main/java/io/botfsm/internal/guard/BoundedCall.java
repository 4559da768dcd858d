package io.botfsm.internal.guard;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Makes a call that may block for a long time on a separate thread, and waits for it no longer than a timeout. While a
 * call has not returned, no other is made: callers wait for the pending one. Thread-safe.
 */
public final class BoundedCall<T> {
    private final String threadName;
    private final Callable<? extends T> call;
    private @Nullable CompletableFuture<T> pending;

    /** @param threadName the name of the daemon threads on which calls are made */
    public BoundedCall(String threadName, Callable<? extends T> call) {
        this.threadName = threadName;
        this.call = call;
    }

    /**
     * Makes the call, or waits for the pending one.
     *
     * @throws TimeoutException if the call does not return in time; it continues
     * @throws ExecutionException if the call throws
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
        } catch (Throwable e) { // of any kind, since callers are waiting
            result.completeExceptionally(e);
        }
    }
}
