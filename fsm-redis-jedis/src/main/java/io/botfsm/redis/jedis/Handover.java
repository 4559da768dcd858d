package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.RedisPortException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Hands calls over to the threads of a port. While nearly all calls are run by the thread that waits for them, to
 * wake another for each would be in vain, and would cost more than the call; so a call is then handed over only if nobody has
 * begun it when the clock looks, about a millisecond later. Thread-safe.
 */
final class Handover {
    /** So many more were run by those who waited than not, before the next are believed to be. */
    private static final int ENOUGH = 16;

    /** Beyond that no more is won, so that a change is soon noticed. One that was not costs as much as {@link #ENOUGH} that were. */
    private static final int MOST = 4 * ENOUGH;

    private static final long LOOK_MICROS = 1_000;

    private final Threads threads;
    private final Queue<JedisCall> left = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean looking = new AtomicBoolean();

    /** How far the next call is believed to be run by who waits; that two threads count at once, and one is lost, is no harm. */
    private volatile int trust;

    private volatile boolean closed;

    Handover(Threads threads) {
        this.threads = threads;
    }

    void begin(JedisCall call) {
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
                call.giveUp(RedisPortException.closed());
            }
        }
    }

    private void look() {
        looking.set(false); // first, so that whatever is added from now on is looked at again
        for (JedisCall call = left.poll(); call != null; call = left.poll()) {
            if (call.isWaiting()) {
                execute(call);
            }
        }
    }

    private void execute(JedisCall call) {
        try {
            threads.callers().execute(call);
        } catch (RejectedExecutionException e) {
            call.giveUp(RedisPortException.closed());
        }
    }

    /** Runs what may take long on a thread of the port, while there are some. */
    void run(Runnable task) {
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

    /** Fails what nobody has begun, from now on too. */
    void close() {
        closed = true;
        giveUp();
    }

    private void giveUp() {
        for (JedisCall call = left.poll(); call != null; call = left.poll()) {
            call.giveUp(RedisPortException.closed());
        }
    }
}
