package io.botfsm.lock.store;

import java.util.Iterator;
import java.util.concurrent.ConcurrentMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Clears what is over out of a map without a thread for it: looks at a few entries at a time, round and round. With a
 * step per entry added, at most about half as much is over as is not. Thread-safe.
 */
final class Sweep<V> {
    private static final int ENTRIES = 3;

    private final ConcurrentMap<String, V> map;
    private final UnaryOperator<@Nullable V> keep;
    private final Object lock = new Object();
    private Iterator<String> next;

    /** @param keep what stays of an entry; null if nothing */
    Sweep(ConcurrentMap<String, V> map, UnaryOperator<@Nullable V> keep) {
        this.map = map;
        this.keep = keep;
        next = map.keySet().iterator();
    }

    /** Looks at some entries; not to be called while one of the map is computed. */
    void step() {
        synchronized (lock) {
            for (int i = 0; i < ENTRIES; i++) {
                if (!next.hasNext()) {
                    next = map.keySet().iterator();
                }
                if (!next.hasNext()) {
                    return;
                }
                map.computeIfPresent(next.next(), (name, value) -> keep.apply(value));
            }
        }
    }
}
