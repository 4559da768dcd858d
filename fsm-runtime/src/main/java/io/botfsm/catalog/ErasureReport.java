package io.botfsm.catalog;

import io.botfsm.storage.catalog.UnreadableRecord;
import java.util.List;
import java.util.Locale;

/** The result of an {@link Erasure}. Immutable and thread-safe. */
public final class ErasureReport {
    private final long erased;
    private final long updates;
    private final int passes;
    private final List<UnreadableRecord> unreadable;

    private ErasureReport(long erased, long updates, int passes, List<UnreadableRecord> unreadable) {
        this.erased = erased;
        this.updates = updates;
        this.passes = passes;
        this.unreadable = unreadable;
    }

    static ErasureReport of(long erased, long updates, int passes, List<UnreadableRecord> unreadable) {
        return new ErasureReport(erased, updates, passes, List.copyOf(unreadable));
    }

    /** How many conversations were cleared. One that was written again meanwhile is counted each time. */
    public long erased() {
        return erased;
    }

    /** How many updates and dead letters of an inbox were erased. */
    public long updates() {
        return updates;
    }

    /** How many times the storage was scanned; the last scan found none. */
    public int passes() {
        return passes;
    }

    /** The records that are left: they may be conversations to erase, but cannot be read. Remove them manually. */
    public List<UnreadableRecord> unreadable() {
        return unreadable;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "ErasureReport[erased=%d, updates=%d, passes=%d, unreadable=%d]",
                erased,
                updates,
                passes,
                unreadable.size());
    }
}
