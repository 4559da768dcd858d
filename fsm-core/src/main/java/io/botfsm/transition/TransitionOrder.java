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
 * Hands on the changes of each conversation in the order in which they were stored, though their writes may be seen to
 * end in another. A change waits for the writes that were under way when its own ended: only those can have been stored
 * before it. Thread-safe; keeps nothing of a conversation that is not being written.
 */
final class TransitionOrder {
    private final ConcurrentMap<StorageKey, Lane> lanes = new ConcurrentHashMap<>();
    private final Consumer<Transition> next;

    /** @param next takes what is in order; must not block, nor come back here */
    TransitionOrder(Consumer<Transition> next) {
        this.next = next;
    }

    /** A write begins. Returns its number, for its end. */
    long begin(StorageKey key) {
        long[] number = new long[1];
        lanes.compute(key, (same, known) -> {
            Lane lane = known == null ? new Lane() : known;
            number[0] = lane.begin();
            return lane;
        });
        return number[0];
    }

    /** A write has ended, with a change of state or without. */
    void end(StorageKey key, long number, Optional<Applied> change) {
        lanes.computeIfPresent(key, (same, lane) -> {
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
        private long begun;

        long begin() {
            underWay.add(begun);
            return begun++;
        }

        void end(long number, Optional<Applied> change) {
            underWay.remove(number);
            change.ifPresent(applied -> waiting.add(new Waiting(applied, begun)));
        }

        void handOn(Consumer<Applied> next) {
            for (@Nullable Waiting first = waiting.peek(); first != null && isDue(first); first = waiting.peek()) {
                next.accept(waiting.remove().change());
            }
        }

        private boolean isDue(Waiting change) {
            return underWay.isEmpty() || underWay.first() >= change.begunBefore();
        }

        boolean isEmpty() {
            return underWay.isEmpty() && waiting.isEmpty();
        }
    }

    /**
     * A change that is not delivered yet.
     *
     * @param begunBefore how many writes had begun when its own ended
     */
    private record Waiting(Applied change, long begunBefore) {
        /** The version that it made, or would have made had it left anything. */
        long version() {
            return Math.max(change.version(), change.previousVersion() + 1);
        }
    }
}
