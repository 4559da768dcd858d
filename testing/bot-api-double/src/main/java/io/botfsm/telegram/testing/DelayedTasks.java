package io.botfsm.telegram.testing;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Runs short tasks later, on one thread, until the double is closed. */
final class DelayedTasks {
    private final ScheduledExecutorService thread;

    DelayedTasks(ScheduledExecutorService thread) {
        this.thread = thread;
    }

    void after(Duration pause, Runnable task) {
        try {
            ScheduledFuture<?> unused = thread.schedule(task, pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return; // closed, and nobody waits for it any more
        }
    }
}
