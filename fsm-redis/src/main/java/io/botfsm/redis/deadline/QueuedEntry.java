package io.botfsm.redis.deadline;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.storage.StorageKey;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/**
 * An entry of an index.
 *
 * @param index the number of its index among those that were listed
 * @param bytes the bytes of its conversation's key, one character for each
 * @param place its place, in hundredths of a second since 1970
 */
record QueuedEntry(int index, String bytes, long place) {
    static final Comparator<QueuedEntry> ORDER = Comparator.comparingLong(QueuedEntry::place)
            .thenComparing(QueuedEntry::bytes)
            .thenComparingInt(QueuedEntry::index);

    static QueuedEntry of(int index, Object text, Object place) {
        String score = new String((byte[]) place, US_ASCII).replace("inf", "Infinity");
        return new QueuedEntry(index, new String((byte[]) text, ISO_8859_1), (long) Double.parseDouble(score));
    }

    byte[] text() {
        return bytes.getBytes(ISO_8859_1);
    }

    /** Its conversation; empty if the entry is not the key of a conversation. */
    Optional<StorageKey> key() {
        try {
            StorageKey key = StorageKey.parse(new String(text(), UTF_8));
            return Optional.of(key).filter(same -> Arrays.equals(same.toText().getBytes(UTF_8), text()));
        } catch (IllegalArgumentException notAKey) {
            return Optional.empty();
        }
    }
}
