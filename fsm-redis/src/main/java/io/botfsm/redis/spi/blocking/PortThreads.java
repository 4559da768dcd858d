package io.botfsm.redis.spi.blocking;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a port, all of them daemons: the callers, which wait for the server's answers, at most as many as
 * there are connections; and the clock, which checks timeouts and runs tasks that never block, including hints.
 */
public final class PortThreads {
    private static final long IDLE_SECONDS = 30;

    private final ThreadPoolExecutor callers;
    private final ScheduledExecutorService clock;
    private volatile @Nullable Thread clockThread;

    /**
     * Creates an object whose threads are started when needed.
     *
     * @param client the client's name, for the names of the threads
     * @param callers the maximum number of callers
     */
    public PortThreads(String client, int callers) {
        AtomicInteger number = new AtomicInteger();
        this.callers = new ThreadPoolExecutor(
                callers,
                callers,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> daemon(task, "fsm-" + client + "-" + number.incrementAndGet()));
        this.callers.allowCoreThreadTimeOut(true);
        this.clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = daemon(task, "fsm-" + client + "-clock");
            clockThread = thread;
            return thread;
        });
    }

    /** Creates a daemon thread, without starting it. */
    public static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Returns the callers. */
    ExecutorService callers() {
        return callers;
    }

    /** Returns the clock. */
    public ScheduledExecutorService clock() {
        return clock;
    }

    /** Returns whether the calling thread is the clock. */
    public boolean isClock() {
        return Thread.currentThread() == clockThread;
    }

    /** Ends the callers; calls that have not begun fail. */
    public void stopCalls() {
        for (Runnable task : callers.shutdownNow()) {
            if (task instanceof BlockingCall call) {
                call.giveUp();
            } else {
                task.run();
            }
        }
    }

    /** Ends the clock. */
    public void stopClock() {
        clock.shutdownNow();
    }
}
