package io.botfsm.jdbc;

import io.botfsm.jdbc.ConversationTable.Row;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Some rows of the table of conversations, in the order of their ids. */
final class TablePage {
    private final List<Entry> entries = new ArrayList<>();
    private byte[] last = {};
    private int passed;

    /** What a row has: a conversation, or why it cannot be read. */
    private record Entry(StorageKey key, Optional<Row> row, String unreadable) {}

    void add(StorageKey key, Row row) {
        entries.add(new Entry(key, Optional.of(row), ""));
    }

    void addUnreadable(StorageKey key, String reason) {
        entries.add(new Entry(key, Optional.empty(), reason));
    }

    /** Counts a row, including one that is left out because its key cannot be read. */
    void passed(byte[] id) {
        last = id;
        passed++;
    }

    /** What matches, and where to go on if the page was full. */
    CatalogPage page(ConversationFilter filter, int limit, Function<byte[], String> cursor) {
        List<FoundConversation> found = new ArrayList<>();
        List<UnreadableRecord> unreadable = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.row.isEmpty()) {
                if (filter.matches(entry.key)) {
                    unreadable.add(UnreadableRecord.of(entry.key.toString(), entry.unreadable));
                }
                continue;
            }
            Snapshot snapshot =
                    entry.row.get().conversation().snapshot(entry.row.get().now());
            if (filter.matches(entry.key, snapshot)) {
                found.add(FoundConversation.of(entry.key, snapshot));
            }
        }
        return CatalogPage.of(found, unreadable, passed < limit ? Optional.empty() : Optional.of(cursor.apply(last)));
    }
}
