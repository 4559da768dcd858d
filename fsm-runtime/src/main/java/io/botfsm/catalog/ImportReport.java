package io.botfsm.catalog;

import java.util.Locale;

/** The result of a {@link ConversationImport}. Immutable and thread-safe. */
public final class ImportReport {
    private final long imported;
    private final long replaced;
    private final long skipped;

    private ImportReport(long imported, long replaced, long skipped) {
        this.imported = imported;
        this.replaced = replaced;
        this.skipped = skipped;
    }

    static ImportReport of(long imported, long replaced, long skipped) {
        return new ImportReport(imported, replaced, skipped);
    }

    /** How many conversations were written as new ones. */
    public long imported() {
        return imported;
    }

    /** How many conversations replaced an existing one. */
    public long replaced() {
        return replaced;
    }

    /** How many conversations were skipped because one existed. */
    public long skipped() {
        return skipped;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "ImportReport[imported=%d, replaced=%d, skipped=%d]", imported, replaced, skipped);
    }
}
