package io.botfsm.lock.store;

import java.util.Iterator;
import java.util.concurrent.ConcurrentMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Removes expired entries from a map without a dedicated thread, by looking at a few entries at a time, cyclically.
 * With one step per added entry, the number of expired entries stays below about half that of the live ones.
 * Thread-safe.
 */
final class Sweep<V> {
    private static final int ENTRIES = 3;

    private final ConcurrentMap<String, V> map;
    private final UnaryOperator<@Nullable V> keep;
    private final Object lock = new Object();
    private Iterator<String> next;

    /** @param keep returns what remains of an entry; null if nothing */
    Sweep(ConcurrentMap<String, V> map, UnaryOperator<@Nullable V> keep) {
        this.map = map;
        this.keep = keep;
        next = map.keySet().iterator();
    }

    /** Looks at some entries; must not be called while an entry of the map is being computed. */
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
