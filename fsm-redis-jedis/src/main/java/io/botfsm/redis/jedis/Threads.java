package io.botfsm.redis.jedis;

import io.botfsm.redis.spi.RedisPortException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a port, all of them daemons: those that wait for the server's answers, as many as there are connections at
 * most, and one that looks at the clock and runs what never blocks, hints included.
 */
final class Threads {
    private static final long IDLE_SECONDS = 30;

    private final ThreadPoolExecutor callers;
    private final ScheduledExecutorService clock;
    private volatile @Nullable Thread clockThread;

    Threads(int callers) {
        AtomicInteger number = new AtomicInteger();
        this.callers = new ThreadPoolExecutor(
                callers,
                callers,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> daemon(task, "fsm-jedis-" + number.incrementAndGet()));
        this.callers.allowCoreThreadTimeOut(true);
        this.clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = daemon(task, "fsm-jedis-clock");
            clockThread = thread;
            return thread;
        });
    }

    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    ExecutorService callers() {
        return callers;
    }

    ScheduledExecutorService clock() {
        return clock;
    }

    boolean isClock() {
        return Thread.currentThread() == clockThread;
    }

    /** Ends those that wait; calls that have not begun fail. */
    void stopCalls() {
        for (Runnable task : callers.shutdownNow()) {
            if (task instanceof JedisCall call) {
                call.giveUp(RedisPortException.closed());
            } else {
                task.run();
            }
        }
    }

    void stopClock() {
        clock.shutdownNow();
    }
}
