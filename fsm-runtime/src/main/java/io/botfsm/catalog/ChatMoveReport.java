package io.botfsm.catalog;

import io.botfsm.storage.catalog.UnreadableRecord;
import java.util.List;
import java.util.Locale;

/** The result of a {@link ChatMove}. Immutable and thread-safe. */
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

    /**
     * How many conversations were moved. One that was written again under its old key meanwhile is counted each time.
     */
    public long moved() {
        return moved;
    }

    /**
     * How many conversations were cleared without being moved because there was a newer one under the new key: one that
     * the user had begun there, or that was moved there before a failure.
     */
    public long superseded() {
        return superseded;
    }

    /** How many times the storage was scanned; the last scan found none. */
    public int passes() {
        return passes;
    }

    /** The records that are left: they may be conversations to move, but cannot be read. */
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
