package io.botfsm.redis.spi.blocking;

import io.botfsm.redis.spi.CommandTimeouts;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The calls of a port, and its threads. While nearly all calls are run by the thread that waits for them, to wake
 * another for each would cost more than the call; so a call is then handed over only if nobody has begun it when the
 * clock looks, about a millisecond later. Thread-safe.
 */
public final class BlockingCalls {
    /** So many more were run by those who waited than not, before the next are believed to be. */
    private static final int ENOUGH = 16;

    /**
     * Beyond that no more is won, so that a change is soon noticed. One that was not costs as much as {@link #ENOUGH}
     * that were.
     */
    private static final int MOST = 4 * ENOUGH;

    private static final long LOOK_MICROS = 1_000;

    private final PortThreads threads;
    private final Duration timeout;
    private final CommandTimeouts timeouts;
    private final Queue<BlockingCall> left = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean looking = new AtomicBoolean();

    /**
     * How far the next call is believed to be run by who waits; that two threads count at once, and one is lost, is no
     * harm.
     */
    private volatile int trust;

    private volatile boolean closed;

    /**
     * None yet.
     *
     * @param client the client's name, for those of threads
     * @param connections how many calls may be under way at once
     * @param timeout how long a call may take, waiting included
     */
    public BlockingCalls(String client, int connections, Duration timeout) {
        this.threads = new PortThreads(client, connections);
        this.timeout = timeout;
        this.timeouts = new CommandTimeouts(timeout, threads.clock());
    }

    Duration timeout() {
        return timeout;
    }

    /** Has the call run, by one who waits for it or by a thread of the port, and ended when its time is over. */
    public void begin(BlockingCall call) {
        timeouts.begin(call);
        if (trust < ENOUGH) {
            execute(call);
            return;
        }
        left.add(call);
        if (closed) {
            giveUp();
        } else if (looking.compareAndSet(false, true)) {
            try {
                var unused = threads.clock().schedule(this::look, LOOK_MICROS, TimeUnit.MICROSECONDS);
            } catch (RejectedExecutionException e) {
                call.giveUp();
            }
        }
    }

    private void look() {
        looking.set(false); // first, so that whatever is added from now on is looked at again
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

    /** Runs what may take long on a thread of the port, while there are some. */
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

    /** Fails what nobody has begun, from now on too, and ends the threads once the connections are closed. */
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
