package io.botfsm.catalog;

import io.botfsm.storage.catalog.UnreadableRecord;
import java.util.List;
import java.util.Locale;

/** The result of a {@link ConversationExport}. Immutable and thread-safe. */
public final class ExportReport {
    private final long exported;
    private final List<UnreadableRecord> unreadable;

    private ExportReport(long exported, List<UnreadableRecord> unreadable) {
        this.exported = exported;
        this.unreadable = unreadable;
    }

    static ExportReport of(long exported, List<UnreadableRecord> unreadable) {
        return new ExportReport(exported, List.copyOf(unreadable));
    }

    /** How many conversations are in the file. One that was found twice is counted twice. */
    public long exported() {
        return exported;
    }

    /** The records that are not in the file: they may be conversations, but cannot be read. */
    public List<UnreadableRecord> unreadable() {
        return unreadable;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "ExportReport[exported=%d, unreadable=%d]", exported, unreadable.size());
    }
}
