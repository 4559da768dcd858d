package io.botfsm.lock.internal;

import java.time.Duration;

/** Runs things later, never two at a time. */
@FunctionalInterface
public interface Scheduler {
    /** Runs it after that time, at once if that is not positive; never once the scheduler is closed. */
    Task schedule(Duration delay, Runnable task);

    /** Something that was scheduled. */
    @FunctionalInterface
    interface Task {
        /** Does not let it begin any more. */
        void cancel();
    }
}
