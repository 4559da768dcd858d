package io.botfsm.integration.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.lock.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Looks all the time whether two hold the lock together, and whether one holds it beyond its deadline. */
final class Watch implements AutoCloseable {
    private static final long PAUSE = TimeUnit.MICROSECONDS.toNanos(200);

    private final Contender a;
    private final Contender b;
    private final Thread thread = new Thread(this::watch, "watch");
    private volatile boolean closed;
    private volatile long longestPause;
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger together = new AtomicInteger();
    private final AtomicInteger beyondDeadline = new AtomicInteger();

    Watch(Contender a, Contender b) {
        this.a = a;
        this.b = b;
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        long last = System.nanoTime();
        while (!closed) {
            look();
            LockSupport.parkNanos(PAUSE);
            long now = System.nanoTime();
            longestPause = Math.max(longestPause, now - last);
            last = now;
        }
    }

    private void look() {
        if (bothHold()) {
            together.incrementAndGet();
        }
        if (isBeyondDeadline(a) || isBeyondDeadline(b)) {
            beyondDeadline.incrementAndGet();
        }
        looks.incrementAndGet();
    }

    /** Checks A's lease before and after B's, so that A held it at the moment of B's check, too. */
    private boolean bothHold() {
        Optional<Lease> heldByA = a.lease().filter(Lease::isHeld);
        Optional<Lease> heldByB = b.lease().filter(Lease::isHeld);
        return heldByA.isPresent() && heldByB.isPresent() && heldByA.get().isHeld();
    }

    private static boolean isBeyondDeadline(Contender contender) {
        long before = System.nanoTime();
        Optional<Lease> held = contender.lease().filter(Lease::isHeld);
        return held.isPresent() && before - contender.deadline() >= 0;
    }

    /** The longest time between two looks: this process stood still for so long, whatever the lock did. */
    Duration longestPause() {
        return Duration.ofNanos(longestPause);
    }

    /** How often it has looked. */
    int looks() {
        return looks.get();
    }

    /** How often it has seen two. */
    int together() {
        return together.get();
    }

    void requireNeverTogether() {
        requireInTime();
        assertThat(together())
                .as("looks at which both held the lock, of %d", looks())
                .isZero();
    }

    void requireInTime() {
        assertThat(looks()).isPositive();
        assertThat(beyondDeadline.get())
                .as("looks at which one held the lock beyond its deadline, of %d", looks())
                .isZero();
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
