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
 * The queue of each conversation. The first element of a queue has the turn, and stays in the queue until it leaves; a
 * conversation without elements has no queue. Every operation is one atomic step of the map, and only code of this
 * class runs inside it. Thread-safe.
 */
final class ConversationQueues<T> {
    /** The place that an arriving element gets. */
    enum Place {
        /** The first: it has the turn. */
        FIRST,
        /** Behind others: the element that leaves before it will pass the turn on. */
        BEHIND,
        /** None: the queue is full. */
        NONE
    }

    private final ConcurrentMap<StorageKey, Deque<T>> queues = new ConcurrentHashMap<>();

    /** Adds an element to the end of the queue, unless the queue would then exceed the limit. */
    Place arrive(StorageKey key, T last, int limit) {
        Found<Place> place = new Found<>(Place.NONE);
        queues.compute(key, (sameKey, queue) -> {
            Deque<T> longer = queue == null ? new ArrayDeque<>(2) : queue;
            if (longer.size() < limit) {
                place.is = longer.isEmpty() ? Place.FIRST : Place.BEHIND;
                longer.addLast(last);
            }
            return longer.isEmpty() ? null : longer;
        });
        return place.is;
    }

    /** Removes the first element. Returns the next one, which now has the turn, if any. */
    Optional<T> leave(StorageKey key) {
        Found<Optional<T>> next = new Found<>(Optional.empty());
        queues.computeIfPresent(key, (sameKey, queue) -> {
            queue.removeFirst();
            next.is = Optional.ofNullable(queue.peekFirst());
            return queue.isEmpty() ? null : queue;
        });
        return next.is;
    }

    /** Removes the first element if there is a next one, which then has the turn; otherwise the first one stays. */
    Optional<T> leaveToNext(StorageKey key) {
        Found<Optional<T>> next = new Found<>(Optional.empty());
        queues.computeIfPresent(key, (sameKey, queue) -> {
            if (queue.size() > 1) {
                queue.removeFirst();
                next.is = Optional.ofNullable(queue.peekFirst());
            }
            return queue;
        });
        return next.is;
    }

    /** Removes an element behind the first. Returns false if it is not in the queue, or is the first. */
    boolean giveUp(StorageKey key, T some) {
        Found<Boolean> removed = new Found<>(false);
        queues.computeIfPresent(key, (sameKey, queue) -> {
            removed.is = queue.peekFirst() != some && queue.remove(some);
            return queue;
        });
        return removed.is;
    }

    /** Returns whether a queue has reached the limit. */
    boolean isFull(StorageKey key, int limit) {
        Found<Boolean> full = new Found<>(false);
        queues.computeIfPresent(key, (sameKey, queue) -> {
            full.is = queue.size() >= limit;
            return queue;
        });
        return full.is;
    }

    /** Returns a snapshot of all elements. */
    List<T> all() {
        return queues.keySet().stream()
                .map(this::inQueue)
                .flatMap(Collection::stream)
                .toList();
    }

    private List<T> inQueue(StorageKey key) {
        Found<List<T>> all = new Found<>(List.of());
        queues.computeIfPresent(key, (sameKey, queue) -> {
            all.is = List.copyOf(queue);
            return queue;
        });
        return all.is;
    }

    /** Returns the number of conversations that have a queue. */
    int conversations() {
        return queues.size();
    }

    /** The result of a step of the map. */
    private static final class Found<F> {
        private F is;

        private Found(F unless) {
            is = unless;
        }
    }
}
