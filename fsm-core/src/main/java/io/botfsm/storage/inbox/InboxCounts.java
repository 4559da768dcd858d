package io.botfsm.storage.inbox;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** The sizes of a bot's inbox. Immutable and thread-safe. */
public final class InboxCounts {
    private final long waiting;
    private final long bytes;
    private final Optional<Instant> oldest;
    private final long dead;

    private InboxCounts(long waiting, long bytes, Optional<Instant> oldest, long dead) {
        this.waiting = waiting;
        this.bytes = bytes;
        this.oldest = oldest;
        this.dead = dead;
    }

    /** Creates the counts; for storages. */
    public static InboxCounts of(long waiting, long bytes, Optional<Instant> oldest, long dead) {
        return new InboxCounts(waiting, bytes, requireNonNull(oldest, "oldest"), dead);
    }

    /** The number of waiting updates. */
    public long waiting() {
        return waiting;
    }

    /** The total size of the contents of the waiting updates, in bytes. */
    public long bytes() {
        return bytes;
    }

    /** The time when the first waiting update was stored; empty if none is waiting. */
    public Optional<Instant> oldest() {
        return oldest;
    }

    /** The number of dead letters. */
    public long dead() {
        return dead;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "InboxCounts[waiting=%d, bytes=%d, oldest=%s, dead=%d]",
                waiting,
                bytes,
                oldest.map(Instant::toString).orElse("none"),
                dead);
    }
}
