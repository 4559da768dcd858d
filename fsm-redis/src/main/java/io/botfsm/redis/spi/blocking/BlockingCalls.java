package io.botfsm.redis.spi.blocking;

import io.botfsm.redis.spi.CommandTimeouts;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The calls of a port, and its threads. As long as nearly all calls are run by the threads that wait for them, a call
 * is handed over to a thread of the port only if no thread has begun it after about a millisecond, since waking a
 * thread for each call would cost more than the call. Thread-safe.
 */
public final class BlockingCalls {
    /** The count from which the next calls are expected to be run by waiting threads. */
    private static final int ENOUGH = 16;

    /**
     * The limit of the count, so that a change is soon noticed. A call that was not run by a waiting thread reduces the
     * count by {@link #ENOUGH}.
     */
    private static final int MOST = 4 * ENOUGH;

    private static final long WAIT_MICROS = 1_000;

    private final PortThreads threads;
    private final Duration timeout;
    private final CommandTimeouts timeouts;
    private final Queue<BlockingCall> left = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean runScheduled = new AtomicBoolean();

    /**
     * The count on which the expectation is based. Two threads may change it at once; the loss of one change is
     * harmless.
     */
    private volatile int trust;

    private volatile boolean closed;

    /**
     * Creates an object without calls.
     *
     * @param client the client's name, for the names of threads
     * @param connections how many calls may run at once
     * @param timeout how long a call may take, including the time it waits
     */
    public BlockingCalls(String client, int connections, Duration timeout) {
        this.threads = new PortThreads(client, connections);
        this.timeout = timeout;
        this.timeouts = new CommandTimeouts(timeout, threads.clock());
    }

    Duration timeout() {
        return timeout;
    }

    /** Lets a thread that waits for the call, or a thread of the port, run it, and ends it when it has timed out. */
    public void begin(BlockingCall call) {
        timeouts.begin(call);
        if (trust < ENOUGH) {
            execute(call);
            return;
        }
        left.add(call);
        if (closed) {
            giveUp();
        } else if (runScheduled.compareAndSet(false, true)) {
            try {
                var unused = threads.clock().schedule(this::runWaiting, WAIT_MICROS, TimeUnit.MICROSECONDS);
            } catch (RejectedExecutionException e) {
                call.giveUp();
            }
        }
    }

    private void runWaiting() {
        runScheduled.set(false); // first, so that whatever is added from now on is looked at again
        for (BlockingCall call = left.poll(); call != null; call = left.poll()) {
            if (call.isWaiting()) {
                execute(call);
            }
        }
    }

    private void execute(BlockingCall call) {
        try {
            threads.callers().execute(call);
        } catch (RejectedExecutionException e) {
            call.giveUp();
        }
    }

    /** Runs a task that may take long on a thread of the port; on the calling thread if the threads have ended. */
    public void run(Runnable task) {
        try {
            threads.callers().execute(task);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // an estimate
    void ranByWaiter() {
        if (trust < MOST) {
            trust++;
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    void ranByThread() {
        if (trust > 0) {
            trust = Math.max(0, trust - ENOUGH);
        }
    }

    /** Fails all calls that have not begun, and later ones, and ends the threads after the connections are closed. */
    public void close(Runnable connections) {
        threads.stopCalls();
        closed = true;
        giveUp();
        connections.run();
        threads.stopClock();
    }

    private void giveUp() {
        for (BlockingCall call = left.poll(); call != null; call = left.poll()) {
            call.giveUp();
        }
    }
}
