package io.botfsm.lock.internal;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The identity of the current process. It is cached for at most a second by either clock, since reading it takes a
 * dozen files. A copy of this process that continues within that second, by both clocks, still identifies itself as the
 * original. Thread-safe.
 */
final class CurrentProcess {
    private static final long FRESH_MILLIS = 1_000;

    private record Reading(Optional<LocalProcess> process, long nanos, long millis) {
        boolean isFresh(long nowNanos, long nowMillis) {
            return nowNanos - nanos < TimeUnit.MILLISECONDS.toNanos(FRESH_MILLIS)
                    && Math.abs(nowMillis - millis) < FRESH_MILLIS;
        }
    }

    private volatile @Nullable Reading last;

    Optional<LocalProcess> get() {
        long nanos = System.nanoTime();
        long millis = System.currentTimeMillis();
        Reading known = last;
        if (known == null || !known.isFresh(nanos, millis)) {
            known = new Reading(LocalProcess.current(), nanos, millis);
            last = known;
        }
        return known.process();
    }
}
