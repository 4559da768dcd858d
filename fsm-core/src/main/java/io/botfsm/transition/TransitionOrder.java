package io.botfsm.transition;

import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.StorageKey;
import java.util.Comparator;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Passes on the changes of each conversation in the order in which they were stored, even if the completions of their
 * writes are observed in a different order. A change waits for the writes that were in progress when its own write
 * ended: only those can have been stored before it. Thread-safe; keeps nothing for a conversation that is not being
 * written.
 */
final class TransitionOrder {
    private final ConcurrentMap<StorageKey, Lane> lanes = new ConcurrentHashMap<>();
    private final Consumer<Transition> next;

    /** @param next receives the changes in order; must not block or call back into this object */
    TransitionOrder(Consumer<Transition> next) {
        this.next = next;
    }

    /** Registers the start of a write. Returns its number, to be passed to {@link #end}. */
    long begin(StorageKey key) {
        long[] number = new long[1];
        lanes.compute(key, (sameKey, known) -> {
            Lane lane = known == null ? new Lane() : known;
            number[0] = lane.begin();
            return lane;
        });
        return number[0];
    }

    /** Registers the end of a write, with or without a change of state. */
    void end(StorageKey key, long number, Optional<Applied> change) {
        lanes.computeIfPresent(key, (sameKey, lane) -> {
            lane.end(number, change);
            lane.handOn(applied -> next.accept(Transition.of(key, applied)));
            return lane.isEmpty() ? null : lane;
        });
    }

    /** How many conversations are being written. */
    int size() {
        return lanes.size();
    }

    /** The writes of one conversation. Guarded by the map that holds it. */
    private static final class Lane {
        private final NavigableSet<Long> underWay = new TreeSet<>();
        private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(Comparator.comparingLong(Waiting::version));
        private long started;

        long begin() {
            underWay.add(started);
            return started++;
        }

        void end(long number, Optional<Applied> change) {
            underWay.remove(number);
            change.ifPresent(applied -> waiting.add(new Waiting(applied, started)));
        }

        void handOn(Consumer<Applied> next) {
            for (@Nullable Waiting first = waiting.peek(); first != null && isDue(first); first = waiting.peek()) {
                next.accept(waiting.remove().change());
            }
        }

        private boolean isDue(Waiting change) {
            return underWay.isEmpty() || underWay.first() >= change.startedBefore();
        }

        boolean isEmpty() {
            return underWay.isEmpty() && waiting.isEmpty();
        }
    }

    /**
     * A change that is not delivered yet.
     *
     * @param startedBefore how many writes had begun when its own ended
     */
    private record Waiting(Applied change, long startedBefore) {
        /** The version that the write created, or would have created if it had left anything. */
        long version() {
            return Math.max(change.version(), change.previousVersion() + 1);
        }
    }
}
