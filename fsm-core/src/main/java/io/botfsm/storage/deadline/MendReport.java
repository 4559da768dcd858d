package io.botfsm.storage.deadline;

import java.util.Locale;

/** What {@link DeadlineQueue#mend} found. Immutable and thread-safe. */
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

    /** A report, for storages. */
    public static MendReport of(long deadlines, long added, long moved, long removed) {
        return new MendReport(deadlines, added, moved, removed);
    }

    /** How many conversations have a deadline; one may count twice if it was written meanwhile. */
    public long deadlines() {
        return deadlines;
    }

    /** How many of them were missing in the index: they would never have been due. */
    public long added() {
        return added;
    }

    /** How many stood in the index at a later time than they should: they would have been due too late. */
    public long moved() {
        return moved;
    }

    /**
     * How many entries of the index were of conversations without deadline. These are no fault: those of conversations
     * that ended wait for their time, unless this removes them earlier.
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
