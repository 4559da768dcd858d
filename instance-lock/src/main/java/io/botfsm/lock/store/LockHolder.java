package io.botfsm.lock.store;

import io.botfsm.lock.internal.text.UnicodeText;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * Who has a lock.
 *
 * @param ownerId unlike that of any other lock object
 * @param host the machine's name
 * @param pid the process, 0 if unknown
 * @param started when the process started, by its machine's clock; the epoch if unknown
 * @param remaining how long the lock is held unless renewed, when it was asked for; {@link #FOREVER} if it does not
 *     expire, which this library never does
 */
public record LockHolder(String ownerId, String host, long pid, Instant started, Duration remaining) {
    /** The remaining time of a lock that does not expire. */
    public static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

    /** The parts on one line, as logs show them. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "LockHolder[ownerId=%s, host=%s, pid=%d, started=%s, remaining=%s]",
                UnicodeText.field(ownerId),
                UnicodeText.field(host),
                pid,
                started,
                remaining);
    }
}
