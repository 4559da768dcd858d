package io.botfsm.jdbc;

import io.botfsm.jdbc.ConversationTable.Row;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.CatalogPage;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.catalog.FoundConversation;
import io.botfsm.storage.catalog.UnreadableRecord;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A page of rows of the table of conversations, in the requested order. */
final class TablePage {
    private final List<Entry> entries = new ArrayList<>();
    private byte[] lastId = {};
    private long lastPlace = Long.MIN_VALUE;
    private int passed;

    /** The content of a row: a conversation, or the reason why it cannot be read. */
    private record Entry(StorageKey key, Optional<Row> row, String unreadable) {}

    interface Visitor {
        void visit(StorageKey key, Row row) throws SQLException;
    }

    void add(StorageKey key, Row row) {
        entries.add(new Entry(key, Optional.of(row), ""));
    }

    void addUnreadable(StorageKey key, String reason) {
        entries.add(new Entry(key, Optional.empty(), reason));
    }

    /** Counts a row, including one that is left out because its key cannot be read. */
    void passed(byte[] id, long place) {
        lastId = id;
        lastPlace = place;
        passed++;
    }

    /** Returns how many rows were passed. */
    int size() {
        return passed;
    }

    byte[] lastId() {
        return lastId;
    }

    /** Returns the place of the last row in the queue of deadlines. */
    long lastPlace() {
        return lastPlace;
    }

    /** Visits the rows that can be read. */
    void forEach(Visitor visitor) throws SQLException {
        for (Entry entry : entries) {
            if (entry.row.isPresent()) {
                visitor.visit(entry.key, entry.row.get());
            }
        }
    }

    /** Returns the matching conversations, and the next cursor if the page was full. */
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
            Snapshot snapshot = entry.row.get().snapshot();
            if (filter.matches(entry.key, snapshot)) {
                found.add(FoundConversation.of(entry.key, snapshot));
            }
        }
        return CatalogPage.of(found, unreadable, passed < limit ? Optional.empty() : Optional.of(cursor.apply(lastId)));
    }
}
