package io.botfsm.storage.catalog;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One page of the conversations that a scan finds. A page usually holds about a hundred conversations at most; a
 * storage may return more if it has a reason to. A page may be empty without being the last. Immutable and thread-safe.
 */
public final class CatalogPage {
    private final List<FoundConversation> found;
    private final List<UnreadableRecord> unreadable;
    private final Optional<String> next;

    private CatalogPage(List<FoundConversation> found, List<UnreadableRecord> unreadable, Optional<String> next) {
        this.found = List.copyOf(found);
        this.unreadable = List.copyOf(unreadable);
        this.next = requireNonNull(next, "next");
    }

    /**
     * Creates a page; for storages.
     *
     * @param next the cursor of the next page; empty for the last page
     */
    public static CatalogPage of(
            List<FoundConversation> found, List<UnreadableRecord> unreadable, Optional<String> next) {
        return new CatalogPage(requireNonNull(found, "found"), requireNonNull(unreadable, "unreadable"), next);
    }

    /** Returns the matching conversations. */
    public List<FoundConversation> found() {
        return found;
    }

    /** Returns records that cannot be read, but may be conversations that match the filter. */
    public List<UnreadableRecord> unreadable() {
        return unreadable;
    }

    /**
     * Returns the cursor of the next page; empty if this is the last page. The cursor is an opaque text of ASCII
     * characters without whitespace, at most a few kilobytes long for a large cluster. It can be stored and passed to
     * another process.
     */
    public Optional<String> next() {
        return next;
    }

    /** Returns the numbers of conversations and unreadable records. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "CatalogPage[found=%d, unreadable=%d, last=%s]",
                found.size(),
                unreadable.size(),
                next.isEmpty());
    }
}
