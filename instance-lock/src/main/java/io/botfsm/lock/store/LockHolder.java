package io.botfsm.lock.store;

import io.botfsm.lock.internal.text.UnicodeText;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * The holder of a lock.
 *
 * @param ownerId unique to the lock object
 * @param host the host name
 * @param pid the process id; 0 if unknown
 * @param started the start time of the process, by its machine's clock; the epoch if unknown
 * @param remaining how long the lock would be held without a renewal, at the time of the query; {@link #FOREVER} if it
 *     does not expire, which never happens with this library
 */
public record LockHolder(String ownerId, String host, long pid, Instant started, Duration remaining) {
    /** The remaining time of a lock that does not expire. */
    public static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

    /** Returns the parts on one line, as they appear in logs. */
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
