package io.botfsm.catalog;

import io.botfsm.storage.catalog.UnreadableRecord;
import java.util.List;
import java.util.Locale;

/** What an {@link Erasure} did. Immutable and thread-safe. */
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

    /** How many conversations were cleared; one that was written again meanwhile counts each time. */
    public long erased() {
        return erased;
    }

    /** How many updates and dead letters of an inbox were erased. */
    public long updates() {
        return updates;
    }

    /** How many times the storage was looked through, the last time finding none. */
    public int passes() {
        return passes;
    }

    /** What is left: records that may be conversations to erase and cannot be read. Remove them by hand. */
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
