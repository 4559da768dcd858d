package io.botfsm.redis.catalog;

import io.botfsm.redis.internal.CallFailures;
import io.botfsm.redis.internal.ScriptCalls;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** Waits for the commands of scans and queues, and paces them so that bots can keep running. Thread-safe. */
public final class CatalogCalls {
    /**
     * 50,000 keys a second, so that a writer keeps at least a third of its pace; {@code CatalogStreamTest} measures it.
     */
    private static final long NANOS_PER_KEY = 20_000;

    /** A call may be several commands, one after another. */
    private static final int COMMANDS_PER_CALL = 4;

    private final Duration timeout;
    private final CallFailures failures;
    private long next = System.nanoTime();

    /**
     * Creates an object for the calls of a client.
     *
     * @param timeout how long the client lets a command take
     */
    public CatalogCalls(Duration timeout) {
        this.timeout = timeout;
        this.failures = new CallFailures(timeout);
    }

    /**
     * Waits for a reply.
     *
     * @param command its name, for errors
     */
    public <T> T await(String command, CompletionStage<T> reply) {
        return await(command, false, reply);
    }

    /**
     * Waits for a reply.
     *
     * @param command its name, for errors
     * @param writes whether the command may have changed something
     */
    public <T> T await(String command, boolean writes, CompletionStage<T> reply) {
        try {
            return reply.toCompletableFuture()
                    .get(timeout.multipliedBy(COMMANDS_PER_CALL).toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw interrupted(writes, e);
        } catch (TimeoutException e) {
            throw failures.ofCommand(command, writes, e);
        } catch (ExecutionException e) {
            Throwable failure = e.getCause();
            Throwable cause = failure == null ? e : ScriptCalls.unwrapped(failure);
            throw cause instanceof FsmException known ? known : failures.ofCommand(command, writes, cause);
        }
    }

    private StorageUnavailableException interrupted(boolean writes, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new StorageUnavailableException("interrupted while waiting for Redis", timeout, writes, cause);
    }

    /** Waits until this number of keys may be looked at. */
    public void pace(int keys) {
        long from;
        synchronized (this) {
            long now = System.nanoTime();
            from = Math.max(now, next);
            next = from + keys * NANOS_PER_KEY;
        }
        for (long left = from - System.nanoTime(); left > 0; left = from - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw interrupted(false, new InterruptedException());
            }
        }
    }
}
