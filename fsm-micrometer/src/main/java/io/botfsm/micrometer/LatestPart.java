package io.botfsm.micrometer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * What is measured of parts that follow one another, such as the polling sessions of each lease, or the sender of each
 * run: gauges are the latest one's, counts those of all. Keeps the latest only. Thread-safe.
 */
final class LatestPart<T> {
    private final Map<String, ToLongFunction<? super T>> counts;
    private final Map<String, Long> before = new HashMap<>();
    private Optional<T> latest = Optional.empty();

    /** @param counts by name, each of which only rises */
    LatestPart(Map<String, ToLongFunction<? super T>> counts) {
        this.counts = counts;
    }

    synchronized void set(T part) {
        if (latest.filter(present -> present == part).isEmpty()) {
            latest.ifPresent(former ->
                    counts.forEach((name, count) -> before.merge(name, count.applyAsLong(former), Long::sum)));
            latest = Optional.of(part);
        }
    }

    synchronized double count(String name) {
        ToLongFunction<? super T> count = counts.get(name);
        return before.getOrDefault(name, 0L)
                + latest.map(part -> count == null ? 0L : count.applyAsLong(part))
                        .orElse(0L);
    }

    /** Not a number before there is one. The part may take its time: nobody else waits for it. */
    double value(ToDoubleFunction<? super T> value) {
        return latest().map(value::applyAsDouble).orElse(Double.NaN);
    }

    private synchronized Optional<T> latest() {
        return latest;
    }
}
