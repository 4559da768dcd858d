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

    /**
     * Returns a description for operators on one line: {@code process 4711 on host-b, started 2026-01-02T03:04:05Z,
     * with a lease that ends in 29 s unless renewed}. Unknown parts are omitted; a host that is not plain text is
     * quoted.
     */
    public String describe() {
        String who = pid == 0
                ? UnicodeText.field(ownerId)
                : String.format(Locale.ROOT, "process %d on %s", pid, UnicodeText.field(host));
        String since = started.equals(Instant.EPOCH) ? "" : ", started " + started.truncatedTo(ChronoUnit.SECONDS);
        return remaining.equals(FOREVER)
                ? who + since + ", with a lease that does not expire"
                : String.format(
                        Locale.ROOT,
                        "%s%s, with a lease that ends in %d s unless renewed",
                        who,
                        since,
                        remaining.toSeconds());
    }

    /** Returns the parts on one line, for logs. */
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
