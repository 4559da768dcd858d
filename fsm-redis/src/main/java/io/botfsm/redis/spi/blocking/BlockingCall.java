package io.botfsm.redis.spi.blocking;

import io.botfsm.redis.spi.CommandTimeouts;
import io.botfsm.redis.spi.RedisPortException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** A command that is sent at most once, by whichever thread runs it, and knows whether it was. Thread-safe. */
public abstract class BlockingCall extends CallerRunsFuture<List<Object>>
        implements Runnable, CommandTimeouts.TimedCommand {
    private static final int WAITING = 0;
    private static final int TAKEN = 1;
    private static final int SENT = 2;
    private static final int GIVEN_UP = 3;

    private final BlockingCalls calls;
    private final long begin = System.nanoTime();
    private final AtomicInteger progress = new AtomicInteger(WAITING);

    /** A call that no thread has begun. */
    protected BlockingCall(BlockingCalls calls) {
        this.calls = calls;
    }

    /**
     * Gets a connection, within {@link #leftNanos}, sends the command over it if {@link #mayBeSent} says so, waits for
     * the reply, and completes this future or {@linkplain #end ends} it.
     */
    protected abstract void exchange();

    /**
     * Called when the time of the call is over: ends an {@link #exchange} that is under way on another thread, such as
     * by closing its connection. Does not block.
     */
    protected abstract void abandon();

    /**
     * Asked right before sending: whether the time of the call is not over. From then on its outcome is unknown until a
     * reply comes.
     */
    protected final boolean mayBeSent() {
        return progress.compareAndSet(TAKEN, SENT);
    }

    /** How long it may still take. */
    protected final long leftNanos() {
        return calls.timeout().toNanos() - (System.nanoTime() - begin);
    }

    @Override
    final BlockingCall call() {
        return this;
    }

    /** Whether no thread has begun it. */
    final boolean isWaiting() {
        return progress.get() == WAITING;
    }

    /** On a thread of the port: sends the command and waits for the reply, unless another thread does. */
    @Override
    public final void run() {
        if (progress.compareAndSet(WAITING, TAKEN)) {
            calls.ranByThread();
            exchange();
        }
    }

    /** The same on the thread of one who waits, if that one would wait for as long as the call may take. */
    final void runHere(long waitNanos) {
        if (waitNanos >= calls.timeout().toNanos() && progress.compareAndSet(WAITING, TAKEN)) {
            calls.ranByWaiter();
            exchange();
        }
    }

    @Override
    public final void timeOut(Duration timeout) {
        end(new TimeoutException("no answer within " + timeout));
        abandon();
    }

    /** The port does not run it. */
    final void giveUp() {
        if (progress.compareAndSet(WAITING, GIVEN_UP)) {
            completeExceptionally(RedisPortException.closed());
        }
    }

    /** Ends the call with what it failed with: as not sent, unless it was. */
    protected final void end(Throwable why) {
        if (why instanceof RedisPortException) {
            completeExceptionally(why);
        } else if (progress.compareAndSet(WAITING, GIVEN_UP) || progress.compareAndSet(TAKEN, GIVEN_UP)) {
            completeExceptionally(RedisPortException.notSent(why));
        } else {
            completeExceptionally(RedisPortException.outcomeUnknown(why));
        }
    }
}
