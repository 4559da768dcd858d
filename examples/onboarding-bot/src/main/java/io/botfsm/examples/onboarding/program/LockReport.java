package io.botfsm.examples.onboarding.program;

import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.LockHolder;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/** What an operator wants to know of a lock. */
final class LockReport {
    private LockReport() {}

    static String status(InstanceLock lock, String name) {
        return lock.holder()
                .map(holder -> String.format(
                        Locale.ROOT,
                        "\"%s\" is held by %s; for another %s unless renewed",
                        name,
                        describe(holder),
                        remaining(holder)))
                .orElseGet(() -> String.format(Locale.ROOT, "\"%s\" is free", name));
    }

    /** Frees the lock by force, and tells who had it. */
    static String release(InstanceLock lock, String name) {
        Optional<LockHolder> before = lock.holder();
        lock.forceRelease();
        return before.map(holder ->
                        String.format(Locale.ROOT, "\"%s\" was held by %s; it is free now", name, describe(holder)))
                .orElseGet(() -> String.format(Locale.ROOT, "\"%s\" was free", name));
    }

    static String describe(LockHolder holder) {
        Instant started = holder.started().truncatedTo(ChronoUnit.SECONDS);
        String text = String.format(
                Locale.ROOT,
                "process %d on %s, started %s, %s ago",
                holder.pid(),
                holder.host(),
                started,
                words(Duration.between(started, Instant.now())));
        return text.replaceAll("\\p{Cntrl}", "?"); // anybody who can write to the store chose the host
    }

    private static String remaining(LockHolder holder) {
        return holder.remaining().equals(LockHolder.FOREVER) ? "ever" : words(holder.remaining());
    }

    /** Such as {@code 3h 25m 1s}. */
    private static String words(Duration duration) {
        Duration seconds = duration.isNegative() ? Duration.ZERO : duration.truncatedTo(ChronoUnit.SECONDS);
        return seconds.toString().substring(2).replaceAll("([HM])(?=.)", "$1 ").toLowerCase(Locale.ROOT);
    }
}
