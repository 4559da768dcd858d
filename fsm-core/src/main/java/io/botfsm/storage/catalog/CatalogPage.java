package io.botfsm.storage.catalog;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Some of the conversations that a scan finds, about a hundred at most where a storage has no reason for more. A page
 * may be empty without being the last. Immutable and thread-safe.
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
     * A page, for storages.
     *
     * @param next where the scan goes on; empty for the last page
     */
    public static CatalogPage of(
            List<FoundConversation> found, List<UnreadableRecord> unreadable, Optional<String> next) {
        return new CatalogPage(requireNonNull(found, "found"), requireNonNull(unreadable, "unreadable"), next);
    }

    /** The conversations that match. */
    public List<FoundConversation> found() {
        return found;
    }

    /** Records in the place of a conversation that the filter may have matched, which cannot be read. */
    public List<UnreadableRecord> unreadable() {
        return unreadable;
    }

    /**
     * Where the scan goes on: an opaque text of ASCII characters without blanks, a few kilobytes at most for a large
     * cluster, which can be stored and given to another process. Empty if this is the last page.
     */
    public Optional<String> next() {
        return next;
    }

    /** How much there is on it. */
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
