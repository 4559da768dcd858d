package io.botfsm.conformance.internal;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Conformance.AdvancesTime;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The backend's time: advanced if the test class can do so, and otherwise waited for. */
public final class BackendTime {
    private static final int TRIES = 10;

    private final Optional<AdvancesTime> advanced;
    private final Duration timeout;

    public BackendTime(Conformance suite) {
        advanced = suite instanceof AdvancesTime time ? Optional.of(time) : Optional.empty();
        timeout = suite.timeout();
    }

    /** A time to live whose end a test can reach. */
    public Duration life() {
        return advanced.isPresent() ? Duration.ofHours(1) : Duration.ofMillis(300);
    }

    /** Six tenths of a life: twice that is more than a life. */
    private static Duration most(Duration life) {
        return life.multipliedBy(6).dividedBy(10);
    }

    public void pass(Duration duration) {
        advanced.ifPresentOrElse(time -> time.advance(duration), () -> pause(duration));
    }

    /** Lets a whole life pass and waits, within a bound, until its end shows. */
    public void passUntil(Duration life, String end, BooleanSupplier shows) {
        advanced.ifPresent(time -> time.advance(life.plusMillis(2)));
        eventually(end, shows);
    }

    /** The same, while an action that must not prolong the life is repeated. */
    public void passUntil(Duration life, String end, BooleanSupplier shows, Runnable meanwhile) {
        if (advanced.isPresent()) {
            meanwhile.run();
            advanced.get().advance(most(life));
            meanwhile.run();
            advanced.get().advance(most(life));
            eventually(end, shows);
        } else {
            eventually(end, () -> {
                meanwhile.run();
                return shows.getAsBoolean();
            });
        }
    }

    public void eventually(String what, BooleanSupplier shows) {
        long begun = System.nanoTime();
        while (!shows.getAsBoolean()) {
            if (System.nanoTime() - begun > timeout.toNanos()) {
                throw new AssertionError("not within " + timeout + ": " + what);
            }
            pause(Duration.ofMillis(5));
        }
    }

    public static void pause(Duration duration) {
        long begun = System.nanoTime();
        for (long left = duration.toNanos(); left > 0; left = duration.toNanos() - (System.nanoTime() - begun)) {
            LockSupport.parkNanos(left);
        }
    }

    /**
     * Runs a scenario in which each step must come within a life of the previous one. Repeats it if the machine was too
     * slow for it to prove anything.
     */
    public void inTime(Duration life, Consumer<Life> scenario) {
        for (int i = 0; i < TRIES; i++) {
            try {
                scenario.accept(new Life(life));
                return;
            } catch (TooSlow again) {
                // proves nothing
            }
        }
        throw new AssertionError(String.format(
                Locale.ROOT,
                "in each of %d tries, a step came more than %s after the one before: the machine is too slow",
                TRIES,
                life));
    }

    /** A life that begins again with each write. */
    public final class Life {
        private final Duration life;
        private Optional<Long> begun = Optional.empty();

        private Life(Duration life) {
            this.life = life;
        }

        /** Runs a write that begins the life, or restarts it while it lasts. */
        public void begin(Runnable write) {
            long now = System.nanoTime();
            try {
                write.run();
            } finally {
                requireInTime(); // also if the write failed because the life was over
            }
            begun = Optional.of(now);
        }

        public void passMost() {
            pass(most(life));
        }

        /** Reads while the life lasts. */
        public <T> T during(Supplier<T> read) {
            try {
                return read.get();
            } finally {
                requireInTime();
            }
        }

        private void requireInTime() {
            if (advanced.isEmpty() && begun.isPresent() && System.nanoTime() - begun.get() >= life.toNanos()) {
                throw new TooSlow();
            }
        }
    }

    @SuppressWarnings("serial") // never leaves this class
    private static final class TooSlow extends RuntimeException {}
}
