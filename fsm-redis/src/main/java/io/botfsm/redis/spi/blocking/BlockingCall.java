package io.botfsm.redis.spi.blocking;

import io.botfsm.redis.spi.CommandTimeouts;
import io.botfsm.redis.spi.RedisPortException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** A command that is sent at most once, by the thread that runs it, and records whether it was sent. Thread-safe. */
public abstract class BlockingCall extends CallerRunsFuture<List<Object>>
        implements Runnable, CommandTimeouts.TimedCommand {
    private static final int WAITING = 0;
    private static final int TAKEN = 1;
    private static final int SENT = 2;
    private static final int GIVEN_UP = 3;

    private final BlockingCalls calls;
    private final long begin = System.nanoTime();
    private final AtomicInteger progress = new AtomicInteger(WAITING);

    /** Creates a call that no thread has begun. */
    protected BlockingCall(BlockingCalls calls) {
        this.calls = calls;
    }

    /**
     * Gets a connection within {@link #leftNanos}, sends the command if {@link #mayBeSent} returns true, waits for the
     * reply, and completes this future or {@linkplain #end ends} it.
     */
    protected abstract void exchange();

    /**
     * Called when the call has timed out: ends an {@link #exchange} that is running on another thread, such as by
     * closing its connection. Must not block.
     */
    protected abstract void abandon();

    /**
     * Must be called immediately before sending: returns whether the call has not timed out. If it returns true, the
     * outcome is unknown until the reply is received.
     */
    protected final boolean mayBeSent() {
        return progress.compareAndSet(TAKEN, SENT);
    }

    /** Returns how long the call may still take. */
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

    /** Sends the command and waits for the reply, unless another thread does; called on a thread of the port. */
    @Override
    public final void run() {
        if (progress.compareAndSet(WAITING, TAKEN)) {
            calls.ranByThread();
            exchange();
        }
    }

    /** Does the same on a thread that waits for the call, if it waits for at least as long as the call may take. */
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

    /** Fails the call if no thread has begun it, since the port will not run it. */
    final void giveUp() {
        if (progress.compareAndSet(WAITING, GIVEN_UP)) {
            completeExceptionally(RedisPortException.closed());
        }
    }

    /** Ends the call with a failure, which is reported as not sent unless the command was sent. */
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
