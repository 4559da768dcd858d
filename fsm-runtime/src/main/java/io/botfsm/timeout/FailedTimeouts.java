package io.botfsm.timeout;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Conversations whose handler failed, and when each is tried again: pauses that double. Thread-safe. */
final class FailedTimeouts {
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final Duration REMEMBERED = LONGEST.multipliedBy(4);
    private static final int MOST = 10_000;
    private static final int MOST_DOUBLINGS = 10;

    private final Duration first;
    private final Cache<StorageKey, Failure> failures =
            Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(REMEMBERED).build();

    record Failure(int times, Instant next) {}

    /** @param first the first pause, which is never made longer than the longest */
    FailedTimeouts(Duration first) {
        this.first = first;
    }

    Failure failed(StorageKey key, Instant now) {
        return failures.asMap().compute(key, (same, before) -> {
            int times = before == null ? 1 : before.times + 1;
            Duration pause = first.multipliedBy(1L << Math.min(times - 1, MOST_DOUBLINGS));
            return new Failure(times, now.plus(pause.compareTo(LONGEST) < 0 ? pause : LONGEST));
        });
    }

    void succeeded(StorageKey key) {
        failures.invalidate(key);
    }

    /** When a conversation is tried again, if that is later. */
    Optional<Instant> notBefore(StorageKey key, Instant now) {
        return Optional.ofNullable(failures.getIfPresent(key))
                .map(Failure::next)
                .filter(now::isBefore);
    }
}
