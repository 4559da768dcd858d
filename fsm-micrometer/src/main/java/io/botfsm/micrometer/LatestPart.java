package io.botfsm.micrometer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The measured values of parts that follow one another, such as the polling sessions of each lease, or the sender of
 * each run: gauges show the latest part, counts the total of all. Keeps only the latest part. Thread-safe.
 */
final class LatestPart<T> {
    private final Map<String, ToLongFunction<? super T>> counts;
    private final Map<String, Long> before = new HashMap<>();
    private Optional<T> latest = Optional.empty();

    /** @param counts the counts by their names, none of which ever decreases */
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

    /** Returns NaN while there is no part. The part may be slow: no other thread waits for it. */
    double value(ToDoubleFunction<? super T> value) {
        return latest().map(value::applyAsDouble).orElse(Double.NaN);
    }

    private synchronized Optional<T> latest() {
        return latest;
    }
}
