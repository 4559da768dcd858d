package io.botfsm.storage.inbox;

import java.util.Locale;

/** Limits the size of a bot's inbox. Immutable and thread-safe; methods with a parameter return new limits. */
public final class InboxLimits {
    private static final InboxLimits DEFAULTS = new InboxLimits(1_000, 16L << 20, 1_000);

    private final int updates;
    private final long bytes;
    private final int deadLetters;

    private InboxLimits(int updates, long bytes, int deadLetters) {
        this.updates = updates;
        this.bytes = bytes;
        this.deadLetters = deadLetters;
    }

    /** Returns the default limits: 1,000 updates with a total of 16 MiB, and 1,000 dead letters. */
    public static InboxLimits defaults() {
        return DEFAULTS;
    }

    /**
     * Limits the number of waiting updates.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public InboxLimits updates(int most) {
        return new InboxLimits((int) positive("updates", most), bytes, deadLetters);
    }

    /**
     * Limits the total size of the contents of the waiting updates, in bytes.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public InboxLimits bytes(long most) {
        return new InboxLimits(updates, positive("bytes", most), deadLetters);
    }

    /**
     * Limits the number of dead letters that are kept.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public InboxLimits deadLetters(int most) {
        return new InboxLimits(updates, bytes, (int) positive("dead letters", most));
    }

    private static long positive(String what, long most) {
        if (most < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "the maximum number of %s must be positive: %d", what, most));
        }
        return most;
    }

    /** The maximum number of waiting updates. */
    public int updates() {
        return updates;
    }

    /** The maximum total size of the contents of the waiting updates, in bytes. */
    public long bytes() {
        return bytes;
    }

    /** The maximum number of dead letters. */
    public int deadLetters() {
        return deadLetters;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "InboxLimits[updates=%d, bytes=%d, deadLetters=%d]", updates, bytes, deadLetters);
    }
}
