package io.botfsm.redis.deadline;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.StorageKey;
import java.util.Comparator;
import java.util.Optional;

/**
 * An entry of an index.
 *
 * @param text that of its conversation's key
 * @param place in hundredths of a second since 1970
 */
record QueuedEntry(String text, long place) {
    static final Comparator<QueuedEntry> ORDER =
            Comparator.comparingLong(QueuedEntry::place).thenComparing(QueuedEntry::text);

    static QueuedEntry of(Object text, Object place) {
        return new QueuedEntry(
                new String((byte[]) text, UTF_8), (long) Double.parseDouble(new String((byte[]) place, US_ASCII)));
    }

    /** Its conversation; empty if it is none of this library's. */
    Optional<StorageKey> key() {
        try {
            return Optional.of(StorageKey.parse(text));
        } catch (IllegalArgumentException notAKey) {
            return Optional.empty();
        }
    }
}
