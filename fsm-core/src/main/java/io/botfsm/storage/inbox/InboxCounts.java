package io.botfsm.storage.inbox;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** What a bot's inbox holds. Immutable and thread-safe. */
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

    /** The counts, for storages. */
    public static InboxCounts of(long waiting, long bytes, Optional<Instant> oldest, long dead) {
        return new InboxCounts(waiting, bytes, requireNonNull(oldest, "oldest"), dead);
    }

    /** How many updates wait. */
    public long waiting() {
        return waiting;
    }

    /** How many bytes their contents have together. */
    public long bytes() {
        return bytes;
    }

    /** When the first of those that wait was stored, if any waits. */
    public Optional<Instant> oldest() {
        return oldest;
    }

    /** How many dead letters are kept. */
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
