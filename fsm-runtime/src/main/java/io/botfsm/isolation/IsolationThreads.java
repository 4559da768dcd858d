package io.botfsm.isolation;

import io.botfsm.lock.internal.Scheduler;
import io.botfsm.lock.internal.TimerThread;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of one isolation: those for handlers, one for timers, which never blocks, and one that notifies of
 * losses. They are daemon threads that are started when needed and end when they are idle, so that they need not be
 * closed.
 */
final class IsolationThreads implements Scheduler {
    private static final int IDLE_SECONDS = 5;

    private final ThreadPoolExecutor handlers;
    private final ThreadPoolExecutor callbacks;
    private final TimerThread timer;

    IsolationThreads(int mostForHandlers) {
        handlers = pool(mostForHandlers, "botfsm-handler");
        callbacks = pool(1, "botfsm-isolation-callbacks");
        timer = new TimerThread(daemons("botfsm-isolation-timer"));
    }

    static int defaultSize() {
        return Math.max(16, 4 * Runtime.getRuntime().availableProcessors());
    }

    private static ThreadPoolExecutor pool(int most, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                most, most, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemons(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory daemons(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    Executor handlers() {
        return handlers;
    }

    Executor callbacks() {
        return callbacks;
    }

    @Override
    public Task schedule(Duration delay, Runnable task) {
        return timer.schedule(delay, task);
    }
}
