package io.botfsm.recovery;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The default threads that start calls to a source: two daemon threads that end after ten idle seconds. */
final class RecoveryPool {
    private static final int WAITING_CALLS = 100_000;

    private RecoveryPool() {}

    static Executor start() {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(2, 2, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING_CALLS), task -> {
                    Thread thread = new Thread(task, "botfsm-recovery-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
