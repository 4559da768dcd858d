package io.botfsm.integration.lock;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Measured times. */
final class Durations {
    private final List<Duration> sorted;

    Durations(Collection<Duration> measured) {
        sorted = measured.stream().sorted().toList();
    }

    Duration median() {
        return sorted.get(sorted.size() / 2);
    }

    Duration longest() {
        return sorted.get(sorted.size() - 1);
    }

    Duration shortest() {
        return sorted.get(0);
    }

    void print(String what) {
        System.out.printf(
                Locale.ROOT,
                "[measured] %s, %d runs: median %.1f ms, from %.1f to %.1f ms%n",
                what,
                sorted.size(),
                millis(median()),
                millis(shortest()),
                millis(longest()));
    }

    private static double millis(Duration d) {
        return d.toNanos() / 1e6;
    }
}
