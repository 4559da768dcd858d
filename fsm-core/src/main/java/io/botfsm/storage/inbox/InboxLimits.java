package io.botfsm.storage.inbox;

import java.util.Locale;

/** How much a bot's inbox may hold. Immutable and thread-safe; each method returns other limits. */
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

    /** 1,000 updates of together 16 MiB, and 1,000 dead letters. */
    public static InboxLimits defaults() {
        return DEFAULTS;
    }

    /**
     * How many updates may wait.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public InboxLimits updates(int most) {
        return new InboxLimits((int) positive("updates", most), bytes, deadLetters);
    }

    /**
     * How many bytes their contents may have together.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public InboxLimits bytes(long most) {
        return new InboxLimits(updates, positive("bytes", most), deadLetters);
    }

    /**
     * How many dead letters are kept.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public InboxLimits deadLetters(int most) {
        return new InboxLimits(updates, bytes, (int) positive("dead letters", most));
    }

    private static long positive(String what, long most) {
        if (most < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "an inbox must have room for at least one of its %s: %d", what, most));
        }
        return most;
    }

    /** How many updates may wait. */
    public int updates() {
        return updates;
    }

    /** How many bytes their contents may have together. */
    public long bytes() {
        return bytes;
    }

    /** How many dead letters are kept. */
    public int deadLetters() {
        return deadLetters;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "InboxLimits[updates=%d, bytes=%d, deadLetters=%d]", updates, bytes, deadLetters);
    }
}
