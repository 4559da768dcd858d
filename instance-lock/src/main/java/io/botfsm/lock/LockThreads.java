package io.botfsm.lock;

import io.botfsm.lock.internal.Scheduler;
import io.botfsm.lock.internal.TimerThread;
import io.botfsm.lock.internal.text.UnicodeText;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one lock: one that calls the store, one that watches deadlines and never blocks, and as many for
 * callbacks as there are blocking callbacks. They are daemon threads that are started when needed.
 */
final class LockThreads implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(LockThreads.class.getPackageName());
    private static final int IDLE_SECONDS = 5;
    private static final int LAST_EVENTS_SECONDS = 1;

    private final TimerThread renewals;
    private final TimerThread deadlines;
    private final ThreadPoolExecutor callbacks;

    LockThreads(String ofLock) {
        String name = UnicodeText.printable(ofLock); // logs show the names of threads
        this.renewals = new TimerThread(daemons("lock-renewals-" + name));
        this.deadlines = new TimerThread(daemons("lock-deadlines-" + name));
        this.callbacks = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                daemons("lock-callbacks-" + name),
                (task, executor) ->
                        LOGGER.debug("lock \"{}\": a callback was dropped because the lock is closed", name));
    }

    private static ThreadFactory daemons(String name) {
        return task -> new LockThread(task, name);
    }

    Scheduler renewals() {
        return renewals;
    }

    Scheduler deadlines() {
        return deadlines;
    }

    Executor callbacks() {
        return callbacks;
    }

    /** Starts no more tasks. Waits briefly for running callbacks, so that the last events are logged. */
    @Override
    public void close() {
        renewals.close();
        deadlines.close();
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
