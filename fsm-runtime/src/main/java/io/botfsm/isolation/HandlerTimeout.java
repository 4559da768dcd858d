package io.botfsm.isolation;

import io.botfsm.lock.internal.Scheduler;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Interrupts the thread that started it, unless the task ends in time. Thread-safe. */
final class HandlerTimeout {
    private static final Logger LOGGER = LoggerFactory.getLogger(HandlerTimeout.class.getPackageName());

    private final StorageKey key;
    private final Duration limit;
    private final Thread thread = Thread.currentThread();
    private final Scheduler.Task timer;
    private final Object monitor = new Object();
    private boolean over;
    private boolean interrupted;

    private HandlerTimeout(StorageKey key, Duration limit, IsolationThreads own) {
        this.key = key;
        this.limit = limit;
        this.timer = own.schedule(limit, this::interrupt);
    }

    /** Runs a task under the limit, if there is one. */
    static <T> T within(Optional<Duration> limit, StorageKey key, IsolationThreads own, Supplier<T> task) {
        if (limit.isEmpty()) {
            return task.get();
        }
        HandlerTimeout watch = new HandlerTimeout(key, limit.get(), own);
        try {
            return task.get();
        } finally {
            watch.end();
        }
    }

    private void interrupt() {
        synchronized (monitor) {
            if (over) {
                return;
            }
            interrupted = true;
            thread.interrupt();
        }
        LOGGER.warn(
                "{}: a handler was interrupted after {}; its conversation stays blocked until the handler ends",
                key,
                limit);
    }

    /** Ends the timeout, so that the interrupt does not hit later work of the thread. */
    private void end() {
        timer.cancel();
        synchronized (monitor) {
            over = true;
            if (interrupted) {
                var unused = Thread.interrupted();
            }
        }
    }
}
