package io.botfsm.lock;

import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The true time of a simulated world: events happen one after another, at times that the seed determines. */
final class Simulation {
    private record Event(long time, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return time == other.time ? Long.compare(number, other.number) : Long.compare(time, other.time);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Random random;
    private final Runnable afterEach;
    private long now = 1_000_000_000_000L;
    private long number;
    private @Nullable ViolationException found;

    /**
     * A simulation.
     *
     * @param afterEach runs after each event
     */
    Simulation(long seed, Runnable afterEach) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        this.afterEach = afterEach;
    }

    /** Ends the simulation with this violation, even where the lock would catch an exception. */
    void found(Violation violation, String detail) {
        if (found == null) {
            found = new ViolationException(violation, detail);
        }
    }

    long now() {
        return now;
    }

    Random random() {
        return random;
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    long between(long least, long most) {
        return least + (long) (random.nextDouble() * (most - least));
    }

    void at(long time, Runnable action) {
        events.add(new Event(Math.max(time, now), number++, action));
    }

    void after(long nanos, Runnable action) {
        at(now + nanos, action);
    }

    void runUntil(long end) {
        for (Event next = events.peek(); next != null && next.time() <= end; next = events.peek()) {
            events.remove();
            now = next.time();
            next.action().run();
            afterEach.run();
            if (found != null) {
                throw found;
            }
        }
        now = Math.max(now, end);
    }
}
