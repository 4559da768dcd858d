package io.botfsm.timeout;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.deadline.DueConversation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The conversations whose deadline was not settled, and when each is tried again, after pauses that double. An entry
 * does not apply to a deadline that was set later. Thread-safe.
 */
final class FailedTimeouts {
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final Duration REMEMBERED = LONGEST.multipliedBy(4);
    private static final int MOST = 10_000;
    private static final int MOST_DOUBLINGS = 10;

    private final Duration first;
    private final Cache<StorageKey, Failure> failures =
            Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(REMEMBERED).build();

    /** @param left the deadline that the conversation had after the failure */
    record Failure(Instant left, int times, Instant next) {}

    /** @param first the first pause; no pause is longer than {@link #LONGEST} */
    FailedTimeouts(Duration first) {
        this.first = first;
    }

    /**
     * @param left the current deadline of the conversation, since the handler may have set another one before it failed
     */
    Failure failed(DueConversation due, Instant left, Instant now) {
        return failures.asMap().compute(due.key(), (sameKey, before) -> {
            int times = before == null || !before.left.equals(due.deadline()) ? 1 : before.times + 1;
            Duration pause = first.multipliedBy(1L << Math.min(times - 1, MOST_DOUBLINGS));
            return new Failure(left, times, now.plus(pause.compareTo(LONGEST) < 0 ? pause : LONGEST));
        });
    }

    void succeeded(StorageKey key) {
        failures.invalidate(key);
    }

    /** Returns when a conversation is tried again, if that is after {@code now}. */
    Optional<Instant> notBefore(DueConversation due, Instant now) {
        return Optional.ofNullable(failures.getIfPresent(due.key()))
                .filter(failure -> failure.left.equals(due.deadline()))
                .map(Failure::next)
                .filter(now::isBefore);
    }
}
