package io.botfsm.telegrambots;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads for handlers: daemons that end when they are idle. Thread-safe. */
final class HandlerThreads implements Executor {
    private static final int IDLE_SECONDS = 5;

    private final int most;
    private final ThreadPoolExecutor threads;

    HandlerThreads(int most) {
        this.most = most;
        this.threads = new ThreadPoolExecutor(
                most, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "botfsm-handler");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable handler) {
        threads.execute(handler);
    }

    /** Adds a thread for each hanging handler, so that other handlers have as many threads as without them. */
    void compensateFor(int hanging) {
        threads.setCorePoolSize(most + hanging);
    }
}
