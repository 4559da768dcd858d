package io.botfsm.isolation;

import io.botfsm.storage.StorageKey;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Whose turn it is in each conversation, and who comes after. The first has the turn, and is in its queue until it
 * leaves; a conversation in which it is nobody's turn has no queue. Every operation is one atomic step of the map,
 * which nothing runs inside of but the queue's own. Thread-safe.
 */
final class ConversationQueues<T> {
    /** What somebody who arrives finds. */
    enum Place {
        /** It is its turn. */
        FIRST,
        /** The one that leaves before it notifies it. */
        BEHIND,
        /** None: too many are there. */
        NONE
    }

    private final ConcurrentMap<StorageKey, Deque<T>> queues = new ConcurrentHashMap<>();

    /** Goes to the end of the queue unless that is longer than the limit then. */
    Place arrive(StorageKey key, T last, int limit) {
        Found<Place> place = new Found<>(Place.NONE);
        queues.compute(key, (same, queue) -> {
            Deque<T> longer = queue == null ? new ArrayDeque<>(2) : queue;
            if (longer.size() < limit) {
                place.is = longer.isEmpty() ? Place.FIRST : Place.BEHIND;
                longer.addLast(last);
            }
            return longer.isEmpty() ? null : longer;
        });
        return place.is;
    }

    /** The first leaves. Whose turn it is now, if anybody's. */
    Optional<T> leave(StorageKey key) {
        Found<Optional<T>> next = new Found<>(Optional.empty());
        queues.computeIfPresent(key, (same, queue) -> {
            queue.removeFirst();
            next.is = Optional.ofNullable(queue.peekFirst());
            return queue.isEmpty() ? null : queue;
        });
        return next.is;
    }

    /** The first leaves if there is a next, whose turn it is then; it stays if there is none. */
    Optional<T> leaveToNext(StorageKey key) {
        Found<Optional<T>> next = new Found<>(Optional.empty());
        queues.computeIfPresent(key, (same, queue) -> {
            if (queue.size() > 1) {
                queue.removeFirst();
                next.is = Optional.ofNullable(queue.peekFirst());
            }
            return queue;
        });
        return next.is;
    }

    /** Somebody behind the first leaves. False if it is not there, or is the first. */
    boolean giveUp(StorageKey key, T some) {
        Found<Boolean> removed = new Found<>(false);
        queues.computeIfPresent(key, (same, queue) -> {
            removed.is = queue.peekFirst() != some && queue.remove(some);
            return queue;
        });
        return removed.is;
    }

    /** Whether a queue is this long. */
    boolean isFull(StorageKey key, int limit) {
        Found<Boolean> full = new Found<>(false);
        queues.computeIfPresent(key, (same, queue) -> {
            full.is = queue.size() >= limit;
            return queue;
        });
        return full.is;
    }

    /** Everybody who was there at some moment. */
    List<T> all() {
        return queues.keySet().stream()
                .map(this::inQueue)
                .flatMap(Collection::stream)
                .toList();
    }

    private List<T> inQueue(StorageKey key) {
        Found<List<T>> all = new Found<>(List.of());
        queues.computeIfPresent(key, (same, queue) -> {
            all.is = List.copyOf(queue);
            return queue;
        });
        return all.is;
    }

    /** In how many conversations it is somebody's turn. */
    int conversations() {
        return queues.size();
    }

    /** What a step of the map has found. */
    private static final class Found<F> {
        private F is;

        private Found(F unless) {
            is = unless;
        }
    }
}
