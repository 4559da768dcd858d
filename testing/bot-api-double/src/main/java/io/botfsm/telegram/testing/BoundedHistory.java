package io.botfsm.telegram.testing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The most recently added elements, the oldest first. Not thread-safe. */
final class BoundedHistory<T> {
    private final int most;
    private final Deque<T> entries = new ArrayDeque<>();

    BoundedHistory(int most) {
        this.most = most;
    }

    void add(T entry) {
        if (entries.size() == most) {
            entries.remove();
        }
        entries.add(entry);
    }

    List<T> all() {
        return List.copyOf(entries);
    }
}
