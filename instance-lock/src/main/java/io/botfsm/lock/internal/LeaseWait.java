package io.botfsm.lock.internal;

import io.botfsm.lock.store.LeaseStore.Subscription;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A wait, between attempts, for a lease that another claim holds: until the store hints at a release, or a pause has
 * ended. A hint that arrives outside a pause ends the next one. Thread-safe.
 */
public final class LeaseWait {
    private final LeaseEngine engine;
    private final String name;
    private final long end;
    private final Object monitor = new Object();
    private @Nullable Runnable sleeping;
    private Scheduler.@Nullable Task timer;
    private @Nullable Subscription subscription;
    private boolean subscribed;
    private boolean hinted;
    private boolean over;

    /**
     * Creates a wait.
     *
     * @param end when to stop, in the clock's nanoseconds
     */
    public LeaseWait(LeaseEngine engine, String name, long end) {
        this.engine = engine;
        this.name = name;
        this.end = end;
    }

    public boolean isTimeOver() {
        return end - engine.clock().nanoTime() <= 0;
    }

    /**
     * Pauses.
     *
     * @param pause the maximum time
     * @param again runs at the end of the pause, unless the wait has ended
     */
    public void sleep(Duration pause, Runnable again) {
        boolean subscribes;
        synchronized (monitor) {
            if (over) {
                return;
            }
            subscribes = !subscribed;
            subscribed = true;
            sleeping = again;
            Duration left = Duration.ofNanos(Math.max(0, end - engine.clock().nanoTime()));
            timer = engine.later(pause.compareTo(left) < 0 ? pause : left, this::wake);
        }
        if (subscribes) {
            subscribe();
        }
        if (isHinted()) {
            wake();
        }
    }

    private boolean isHinted() {
        synchronized (monitor) {
            return hinted;
        }
    }

    /**
     * Subscribes to releases. A release before the subscription starts would be missed, so its start ends the pause.
     */
    private void subscribe() {
        var unused = engine.subscribe(name, this::wake).whenComplete((started, failure) -> {
            if (started == null) {
                notSubscribed();
            } else {
                keep(started);
                wake();
            }
        });
    }

    /** Lets the next pause try to subscribe again. */
    private void notSubscribed() {
        synchronized (monitor) {
            subscribed = false;
        }
    }

    private void keep(Subscription started) {
        synchronized (monitor) {
            if (!over) {
                subscription = started;
                return;
            }
        }
        started.close();
    }

    /** Ends the current pause, or the next one. */
    public void wake() {
        Runnable again;
        synchronized (monitor) {
            again = sleeping;
            hinted = again == null;
            cancelSleep();
        }
        if (again != null) {
            again.run();
        }
    }

    /** Ends the wait. */
    public void end() {
        Subscription ended;
        synchronized (monitor) {
            over = true;
            cancelSleep();
            ended = subscription;
            subscription = null;
        }
        if (ended != null) {
            ended.close();
        }
    }

    private void cancelSleep() {
        sleeping = null;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
