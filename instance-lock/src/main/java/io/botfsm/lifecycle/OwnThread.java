package io.botfsm.lifecycle;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a call on its own daemon thread, which ends with the call. */
final class OwnThread<T> {
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final Thread thread;

    private OwnThread(String name, Callable<T> call) {
        thread = new Thread(() -> perform(call), name);
        thread.setDaemon(true);
    }

    static <T> OwnThread<T> call(String name, Callable<T> call) {
        OwnThread<T> own = new OwnThread<>(name, call);
        own.begin();
        return own;
    }

    private void begin() {
        try {
            thread.start();
        } catch (OutOfMemoryError e) { // no more threads: a failure of this call only
            result.completeExceptionally(e);
        }
    }

    private void perform(Callable<T> call) {
        try {
            result.complete(call.call());
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    CompletableFuture<T> result() {
        return result;
    }

    void interrupt() {
        thread.interrupt();
    }

    /** Waits at most this long, even if interrupted. */
    boolean endsWithin(Duration limit) {
        return isDoneWithin(result, limit);
    }

    /** Waits at most this long, even if interrupted. */
    static boolean isDoneWithin(CompletableFuture<?> result, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    result.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                    return true;
                } catch (ExecutionException e) {
                    return true;
                } catch (TimeoutException e) {
                    return false;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns the result of an ended call, unless it failed. */
    Optional<T> value() {
        return failure().isPresent() ? Optional.empty() : Optional.of(result.join());
    }

    /** Returns the failure of an ended call, if any. */
    Optional<Throwable> failure() {
        return result.handle((value, failure) -> Optional.ofNullable(failure)).join();
    }
}
