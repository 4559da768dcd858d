package io.botfsm;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The default threads for the user code of asynchronous calls: one per processor, at least two. They are daemon threads
 * that end after ten idle seconds, so that they need not be closed.
 */
final class UserCodePool {
    private static final int IDLE_SECONDS = 10;

    private UserCodePool() {}

    static Executor start() {
        int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory named() {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "botfsm-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
