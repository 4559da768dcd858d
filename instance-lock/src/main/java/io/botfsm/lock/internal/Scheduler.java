package io.botfsm.lock.internal;

import java.time.Duration;

/** Runs tasks later, never two at a time. */
@FunctionalInterface
public interface Scheduler {
    /** Runs a task after a delay; immediately if that is not positive. It never runs once the scheduler is closed. */
    Task schedule(Duration delay, Runnable task);

    /** A scheduled task. */
    @FunctionalInterface
    interface Task {
        /** Prevents the task from starting. */
        void cancel();
    }
}
