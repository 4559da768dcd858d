package io.botfsm.lock.internal;

import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that runs tasks when they are due. It sleeps until the earliest time for which a task was scheduled, even if
 * that task has been cancelled, and then looks for due tasks. A plain executor would wake it for each task that becomes
 * the earliest, which would cost a short lease more than the rest of its release. The thread is started when needed and
 * ends when it is idle. Thread-safe.
 */
public final class TimerThread implements Scheduler, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TimerThread.class.getPackageName());
    private static final int IDLE_SECONDS = 5;

    private record Timer(long time, long number, Runnable action) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            long earlier = time - other.time;
            return earlier == 0 ? Long.compare(number, other.number) : Long.signum(earlier);
        }
    }

    private final ScheduledThreadPoolExecutor executor;
    private final TreeSet<Timer> timers = new TreeSet<>();
    private final Object monitor = new Object();
    private @Nullable Future<?> alarm;
    private long alarmTime;
    private long scheduled;

    /**
     * Starts no thread yet.
     *
     * @param threads makes the thread; a new one after it was idle
     */
    public TimerThread(ThreadFactory threads) {
        executor = new ScheduledThreadPoolExecutor(1, threads);
        executor.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public Task schedule(Duration delay, Runnable task) {
        synchronized (monitor) {
            if (executor.isShutdown()) {
                return () -> {};
            }
            Timer timer = new Timer(System.nanoTime() + Math.max(0, delay.toNanos()), scheduled++, task);
            if (alarm == null || alarm.isDone() || timer.time() - alarmTime < 0) {
                wakeAt(timer.time());
            }
            timers.add(timer);
            return () -> cancel(timer);
        }
    }

    private void cancel(Timer timer) {
        synchronized (monitor) {
            timers.remove(timer);
        }
    }

    private void wakeAt(long time) {
        Future<?> next = executor.schedule(this::runDue, Math.max(0, time - System.nanoTime()), TimeUnit.NANOSECONDS);
        if (alarm != null) {
            alarm.cancel(false);
        }
        alarm = next;
        alarmTime = time;
    }

    private void runDue() {
        for (Timer due = nextDue(); due != null; due = nextDue()) {
            run(due.action());
        }
    }

    private @Nullable Timer nextDue() {
        synchronized (monitor) {
            if (timers.isEmpty()) {
                alarm = null;
                return null;
            }
            long earliest = timers.first().time();
            if (earliest - System.nanoTime() <= 0) {
                return timers.pollFirst();
            }
            wakeAt(earliest);
            return null;
        }
    }

    private static void run(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) { // whatever it is, the thread has other tasks to run
            LOGGER.error("A timer of a lock failed", e);
        }
    }

    /** Starts no more tasks, neither due ones nor ones that are scheduled later. */
    @Override
    public void close() {
        synchronized (monitor) {
            executor.shutdown();
            timers.clear();
        }
    }
}
