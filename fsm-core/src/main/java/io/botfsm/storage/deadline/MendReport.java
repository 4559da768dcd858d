package io.botfsm.storage.deadline;

import java.util.Locale;

/** The result of {@link DeadlineQueue#mend}. Immutable and thread-safe. */
public final class MendReport {
    private final long deadlines;
    private final long added;
    private final long moved;
    private final long removed;

    private MendReport(long deadlines, long added, long moved, long removed) {
        this.deadlines = deadlines;
        this.added = added;
        this.moved = moved;
        this.removed = removed;
    }

    /** Creates a report; for storages. */
    public static MendReport of(long deadlines, long added, long moved, long removed) {
        return new MendReport(deadlines, added, moved, removed);
    }

    /**
     * The number of conversations that have a deadline. A conversation that was written meanwhile may be counted twice.
     */
    public long deadlines() {
        return deadlines;
    }

    /** How many conversations with a deadline were missing from the index and would never have become due. */
    public long added() {
        return added;
    }

    /**
     * How many conversations with a deadline were in the index at too late a time and would have become due too late.
     */
    public long moved() {
        return moved;
    }

    /**
     * How many index entries belonged to conversations without a deadline. Such entries are not an error: the entry of
     * a conversation that has ended stays until its time has come, unless this call removes it earlier.
     */
    public long removed() {
        return removed;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "MendReport[deadlines=%d, added=%d, moved=%d, removed=%d]",
                deadlines,
                added,
                moved,
                removed);
    }
}
