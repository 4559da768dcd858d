package io.botfsm.jdbc;

import io.botfsm.jdbc.ConversationTable.Row;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.catalog.ConversationFilter;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.deadline.DueConversation;
import io.botfsm.storage.deadline.MendReport;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds due conversations by an index on a column of their own rows, which holds the place in the queue and is set by
 * each write that changes a deadline. Thread-safe.
 */
final class JdbcDeadlineQueue implements DeadlineQueue {
    private static final int PAGE = 200;

    private final AwaitedCalls calls;
    private final ConversationTable table;

    JdbcDeadlineQueue(AwaitedCalls calls, ConversationTable table) {
        this.calls = calls;
        this.table = table;
    }

    @Override
    public List<DueConversation> due(Object bot, int limit) {
        KeyRange range = KeyRange.of(ConversationFilter.bot(bot));
        DeadlineQueue.requireLimit(limit);
        List<DueConversation> found = new ArrayList<>();
        TablePage page = new TablePage();
        do {
            TablePage before = page;
            page = calls.call("the queue of deadlines could not be read", call -> {
                TablePage next = call.untilWon(() -> table.due(call, range, before, PAGE));
                next.forEach((key, row) -> confirmed(call, key, row).ifPresent(found::add));
                return next;
            });
        } while (found.size() < limit && page.size() == PAGE);
        return List.copyOf(found.subList(0, Math.min(found.size(), limit)));
    }

    /** Returns the due conversation of a row. A row whose place does not match its conversation is corrected. */
    private Optional<DueConversation> confirmed(DatabaseCall call, StorageKey key, Row row) throws SQLException {
        Snapshot snapshot = row.snapshot();
        Optional<Instant> deadline = snapshot.deadline();
        if (deadline.isEmpty() || deadline.get().isAfter(row.now())) {
            var unused = table.move(call, key, row, deadline);
            return Optional.empty();
        }
        return Optional.of(DueConversation.of(
                key, deadline.get(), snapshot.version(), row.queuedAt().orElseThrow()));
    }

    @Override
    public boolean defer(DueConversation due, Instant until) {
        Instant now = calls.call("the database's time could not be read", table::time);
        Instant rounded = DeadlineQueue.requireDeferral(due, until, now);
        return calls.call("a deadline could not be deferred", call -> table.defer(call, due, rounded));
    }

    @Override
    public MendReport mend(ConversationFilter filter) {
        KeyRange range = KeyRange.of(DeadlineQueue.requireByKey(filter));
        Mending mending = new Mending(filter);
        byte[] from = range.from();
        TablePage page;
        do {
            byte[] after = from;
            page = calls.call("the queue of deadlines could not be repaired", call -> {
                TablePage next = call.untilWon(() -> table.page(call, after, range.to(), PAGE));
                next.forEach((key, row) -> mending.mend(call, key, row));
                return next;
            });
            from = page.lastId();
        } while (page.size() == PAGE);
        return MendReport.of(mending.deadlines, mending.added, mending.moved, mending.removed);
    }

    /** A running repair of the queue. */
    private final class Mending {
        private final ConversationFilter filter;
        private long deadlines;
        private long added;
        private long moved;
        private long removed;

        private Mending(ConversationFilter filter) {
            this.filter = filter;
        }

        private void mend(DatabaseCall call, StorageKey key, Row row) throws SQLException {
            if (!filter.matches(key)) {
                return;
            }
            Optional<Instant> deadline = row.snapshot().deadline();
            Optional<Instant> place = row.queuedAt();
            deadlines += deadline.isPresent() ? 1 : 0;
            if (deadline.isEmpty()) {
                removed += place.isPresent() && table.move(call, key, row, deadline) ? 1 : 0;
            } else if (place.isEmpty()) {
                added += table.move(call, key, row, deadline) ? 1 : 0;
            } else if (deadline.get().isAfter(row.now()) && place.get().isAfter(deadline.get())) {
                moved += table.move(call, key, row, deadline) ? 1 : 0; // not if it is due: it may have been deferred
            }
        }
    }
}
