package io.botfsm.redis.spi.blocking;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A future whose completion depends on a call: a thread that waits for the future runs the call, if no other thread has
 * begun it. This saves two thread switches for each command of a blocking caller.
 */
public class CallerRunsFuture<T> extends CompletableFuture<T> {
    CallerRunsFuture() {}

    /** Returns the call on which this future depends, or which it is. */
    BlockingCall call() {
        throw new UnsupportedOperationException();
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new Dependent<>(call());
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        help(Long.MAX_VALUE);
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        help(unit.toNanos(timeout));
        return super.get(timeout, unit);
    }

    @Override
    public T join() {
        if (!isDone()) {
            call().runHere(Long.MAX_VALUE);
        }
        return super.join();
    }

    private void help(long timeoutNanos) throws InterruptedException {
        if (isDone()) {
            return;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        call().runHere(timeoutNanos);
        if (isCompletedExceptionally() && Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private static final class Dependent<T> extends CallerRunsFuture<T> {
        private final BlockingCall call;

        Dependent(BlockingCall call) {
            this.call = call;
        }

        @Override
        BlockingCall call() {
            return call;
        }
    }
}
