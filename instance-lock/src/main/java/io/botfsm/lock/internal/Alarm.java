package io.botfsm.lock.internal;

import io.botfsm.lock.store.LeaseClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Wakes a task in time, possibly too early. Setting the alarm to a later time costs nothing: it goes off at the earlier
 * time, and the task checks the time and sets it again. Thread-safe.
 */
final class Alarm {
    private final Scheduler scheduler;
    private final LeaseClock clock;
    private final Runnable sleeper;
    private final Object monitor = new Object();
    private Scheduler.@Nullable Task set;
    private long setFor;
    private boolean over;

    Alarm(Scheduler scheduler, LeaseClock clock, Runnable sleeper) {
        this.scheduler = scheduler;
        this.clock = clock;
        this.sleeper = sleeper;
    }

    /** Sets the alarm to go off at this time, in the clock's nanoseconds, or earlier. */
    void atLatest(long time) {
        synchronized (monitor) {
            if (over) {
                return;
            }
            if (set != null) {
                if (setFor - time <= 0) {
                    return;
                }
                set.cancel();
            }
            setFor = time;
            set = scheduler.schedule(Duration.ofNanos(time - clock.nanoTime()), this::goOff);
        }
    }

    private void goOff() {
        synchronized (monitor) {
            set = null;
        }
        sleeper.run();
    }

    /** Disables the alarm. */
    void end() {
        synchronized (monitor) {
            over = true;
            if (set != null) {
                set.cancel();
            }
        }
    }
}
