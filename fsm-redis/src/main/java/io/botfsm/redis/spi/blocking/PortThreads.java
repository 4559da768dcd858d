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
 * The threads of a port, all of them daemons: those that wait for the server's answers, as many as there are
 * connections at most, and one that looks at the clock and runs what never blocks, hints included.
 */
public final class PortThreads {
    private static final long IDLE_SECONDS = 30;

    private final ThreadPoolExecutor callers;
    private final ScheduledExecutorService clock;
    private volatile @Nullable Thread clockThread;

    /**
     * None has begun yet.
     *
     * @param client the client's name, for those of the threads
     * @param callers how many wait at most
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

    /** A thread that does not keep the process alive; not begun. */
    public static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Those that wait. */
    ExecutorService callers() {
        return callers;
    }

    /** The one that never blocks. */
    public ScheduledExecutorService clock() {
        return clock;
    }

    /** Whether the calling thread is that one. */
    public boolean isClock() {
        return Thread.currentThread() == clockThread;
    }

    /** Ends those that wait; calls that have not begun fail. */
    public void stopCalls() {
        for (Runnable task : callers.shutdownNow()) {
            if (task instanceof BlockingCall call) {
                call.giveUp();
            } else {
                task.run();
            }
        }
    }

    /** Ends the one that never blocks. */
    public void stopClock() {
        clock.shutdownNow();
    }
}
