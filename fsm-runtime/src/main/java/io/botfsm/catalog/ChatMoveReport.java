package io.botfsm.catalog;

import io.botfsm.storage.catalog.UnreadableRecord;
import java.util.List;
import java.util.Locale;

/** What a {@link ChatMove} did. Immutable and thread-safe. */
public final class ChatMoveReport {
    private final long moved;
    private final long superseded;
    private final int passes;
    private final List<UnreadableRecord> unreadable;

    private ChatMoveReport(long moved, long superseded, int passes, List<UnreadableRecord> unreadable) {
        this.moved = moved;
        this.superseded = superseded;
        this.passes = passes;
        this.unreadable = unreadable;
    }

    static ChatMoveReport of(long moved, long superseded, int passes, List<UnreadableRecord> unreadable) {
        return new ChatMoveReport(moved, superseded, passes, List.copyOf(unreadable));
    }

    /** How many conversations were moved; one that was written again under its old key meanwhile counts each time. */
    public long moved() {
        return moved;
    }

    /**
     * How many conversations were cleared without being moved, since there was a newer one under the new key: begun
     * there by its user, or moved there before a failure.
     */
    public long superseded() {
        return superseded;
    }

    /** How many times the storage was looked through, the last time finding none. */
    public int passes() {
        return passes;
    }

    /** What is left: records that may be conversations to move and cannot be read. */
    public List<UnreadableRecord> unreadable() {
        return unreadable;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "ChatMoveReport[moved=%d, superseded=%d, passes=%d, unreadable=%d]",
                moved,
                superseded,
                passes,
                unreadable.size());
    }
}
