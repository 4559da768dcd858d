package io.botfsm.lock;

import io.botfsm.lock.internal.Scheduler;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one lock: one that talks to the store, one that watches deadlines and does nothing that could block,
 * and as many for callbacks as there are callbacks that block. They are started when needed, and are daemons.
 */
final class LockThreads implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(LockThreads.class.getPackageName());
    private static final int IDLE_SECONDS = 5;
    private static final int LAST_EVENTS_SECONDS = 1;

    private final ScheduledThreadPoolExecutor renewals;
    private final ScheduledThreadPoolExecutor deadlines;
    private final ThreadPoolExecutor callbacks;

    LockThreads(String name) {
        this.renewals = scheduler("lock-renewals-" + name);
        this.deadlines = scheduler("lock-deadlines-" + name);
        this.callbacks = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                daemons("lock-callbacks-" + name),
                (task, executor) -> LOGGER.debug("lock \"{}\": a callback after the lock was closed", name));
    }

    private static ScheduledThreadPoolExecutor scheduler(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, daemons(name));
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }

    private static ThreadFactory daemons(String name) {
        return task -> new LockThread(task, name);
    }

    Scheduler renewals() {
        return (delay, task) -> schedule(renewals, delay, task);
    }

    Scheduler deadlines() {
        return (delay, task) -> schedule(deadlines, delay, task);
    }

    Executor callbacks() {
        return callbacks;
    }

    private static Scheduler.Task schedule(ScheduledThreadPoolExecutor executor, Duration delay, Runnable task) {
        try {
            Future<?> scheduled =
                    executor.schedule(() -> survive(task), Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        } catch (RejectedExecutionException closed) {
            return () -> {};
        }
    }

    private static void survive(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // whatever it is, the thread has other things to look after
            LOGGER.error("A lock's timer failed", e);
        }
    }

    /** Begins nothing else. Waits a moment for callbacks that have begun, so that the last events are logged. */
    @Override
    public void close() {
        renewals.shutdown();
        deadlines.shutdown();
        callbacks.shutdown();
        if (Thread.currentThread() instanceof LockThread) {
            return; // a callback need not wait for itself
        }
        try {
            var unused = callbacks.awaitTermination(LAST_EVENTS_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class LockThread extends Thread {
        LockThread(Runnable task, String name) {
            super(task, name);
            setDaemon(true);
        }
    }
}
