package io.botfsm.isolation;

import io.botfsm.lock.store.LeaseStore.Subscription;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One turn's wait for a lease that another process has: until it is told of a release, or the lease may have expired. What it is
 * told while it does not sleep ends the next sleep. Thread-safe.
 */
final class LeaseWait {
    private final Leases leases;
    private final String name;
    private final long end;
    private final Object monitor = new Object();
    private @Nullable Runnable sleeping;
    private IsolationThreads.@Nullable Timer timer;
    private @Nullable Subscription subscription;
    private boolean subscribed;
    private boolean told;
    private boolean over;

    LeaseWait(Leases leases, String name, Duration patience) {
        this.leases = leases;
        this.name = name;
        this.end = leases.now() + patience.toNanos();
    }

    boolean isPatienceOver() {
        return end - leases.now() <= 0;
    }

    /**
     * Sleeps.
     *
     * @param remaining how long the other's lease lasts unless renewed
     * @param again what is run at the end
     */
    void sleep(Optional<Duration> remaining, Runnable again) {
        boolean subscribes;
        synchronized (monitor) {
            subscribes = !subscribed && !over;
            subscribed = true;
            sleeping = again;
            Duration left = Duration.ofNanos(Math.max(0, end - leases.now()));
            Duration pause = leases.times().pause(remaining);
            timer = leases.later(pause.compareTo(left) < 0 ? pause : left, this::wake);
        }
        if (subscribes) {
            subscribe();
        }
        if (isTold()) {
            wake();
        }
    }

    private boolean isTold() {
        synchronized (monitor) {
            return told;
        }
    }

    /** A release before the subscription has begun would be missed, so it looks again then. */
    private void subscribe() {
        var unused = leases.subscribe(name, this::wake).whenComplete((begun, failure) -> {
            if (begun == null) {
                notSubscribed();
            } else {
                keep(begun);
                wake();
            }
        });
    }

    /** The next sleep tries again. */
    private void notSubscribed() {
        synchronized (monitor) {
            subscribed = false;
        }
    }

    private void keep(Subscription begun) {
        synchronized (monitor) {
            if (!over) {
                subscription = begun;
                return;
            }
        }
        begun.close();
    }

    /** Ends the sleep, or the next one. */
    void wake() {
        Runnable again;
        synchronized (monitor) {
            again = sleeping;
            sleeping = null;
            told = again == null;
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
        }
        if (again != null) {
            again.run();
        }
    }

    /** The turn waits no more. */
    void end() {
        Subscription ended;
        synchronized (monitor) {
            over = true;
            sleeping = null;
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
            ended = subscription;
            subscription = null;
        }
        if (ended != null) {
            ended.close();
        }
    }
}
