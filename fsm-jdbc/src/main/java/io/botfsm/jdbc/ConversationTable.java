package io.botfsm.jdbc;

import io.botfsm.storage.ConversationRefusedException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.StoredConversation.Step;
import io.botfsm.storage.deadline.DueConversation;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table of conversations. An expired row counts as absent, but keeps its version until it is swept, so that no
 * version of a key is issued twice. Clearing a conversation also leaves such a row.
 */
final class ConversationTable {
    static final String NAME = "fsm_conversation";

    private static final String KEY_AND_VALUES = "id, key_text, format, nul_escaped, state, data, attributes, version,"
            + " fencing_token, events, since_ms, touched_ms, deadline_ms, end_ms, due_ms, expires_us";

    static final List<String> COLUMNS = List.of(KEY_AND_VALUES.split(", "));

    private static final int FORMAT = 1;
    private static final String MOVE = "UPDATE " + NAME + " SET due_ms = ? WHERE id = ?";
    private static final String VALUES = KEY_AND_VALUES.replace("id, key_text, ", "");

    private final DatabaseClock clock;
    private final String select;
    private final String page;
    private final String insert;
    private final String update;
    private final String updateInPlace;
    private final String whileThere;
    private final String confirm;
    private final String due;
    private final String defer;
    private final String time;

    ConversationTable(Dialect dialect, DatabaseClock clock) {
        this.clock = clock;
        String now = clock.nowMicros();
        select = "SELECT n.now_us, " + VALUES + " FROM (SELECT " + now + " AS now_us) n LEFT JOIN " + NAME
                + " c ON c.id = ?";
        page = "SELECT " + now + " AS now_us, " + KEY_AND_VALUES + " FROM " + NAME
                + " WHERE id > ? AND id < ? ORDER BY id LIMIT ?";
        insert = "INSERT INTO " + NAME + " (" + VALUES + ", id, key_text) VALUES (" + "?, ".repeat(13) + now
                + " + ?, ?, ?)" + dialect.insertSuffix();
        update = "UPDATE " + NAME + " SET " + VALUES.replace(", expires_us", "").replace(",", " = ?,")
                + " = ?, expires_us = " + now + " + ? WHERE id = ? AND version = ?";
        updateInPlace = update.replace(" due_ms = ?,", "");
        whileThere = " AND (expires_us IS NULL OR expires_us > " + now + ") AND (end_ms IS NULL OR end_ms * 1000 > "
                + now + ")";
        confirm = "UPDATE " + NAME + " SET version = version WHERE id = ? AND version = ?";
        due = "SELECT " + now + " AS now_us, " + KEY_AND_VALUES + " FROM " + NAME + " WHERE due_ms <= (SELECT " + now
                + " / 1000) AND (due_ms > ? OR due_ms = ? AND id > ?) AND id > ? AND id < ? ORDER BY due_ms, id LIMIT ?";
        defer = MOVE + " AND due_ms = ? AND deadline_ms = ?" + whileThere;
        time = "SELECT " + now;
    }

    /** Thrown for a row that is not a conversation, or has a later format. */
    @SuppressWarnings("serial") // never leaves this class
    private static final class UnreadableRow extends RuntimeException {
        private final String reason;

        private UnreadableRow(String reason) {
            this.reason = reason;
        }
    }

    /**
     * The row of a conversation.
     *
     * @param conversation the conversation; gone if there is no row, or the row has expired
     * @param version the version of the row; 0 if there is none
     * @param nowMicros the database's time when it was read
     * @param queuedAt its place in the queue of deadlines
     */
    record Row(StoredConversation conversation, long version, long nowMicros, Optional<Instant> queuedAt) {
        boolean exists() {
            return version != 0;
        }

        /** Returns whether the row exists and has not reached its end. */
        boolean isLive() {
            return !conversation.isGone()
                    && conversation.end().filter(end -> !now().isBefore(end)).isEmpty();
        }

        Snapshot snapshot() {
            return conversation.snapshot(now());
        }

        Instant now() {
            return Instant.EPOCH.plus(nowMicros, ChronoUnit.MICROS);
        }

        /**
         * Returns the first version of a new conversation: above all versions that the row has had, where the end of a
         * conversation counts as a version.
         */
        long firstVersion() {
            return Math.max(nowMicros, version + 2);
        }
    }

    /** Empty if another transaction interfered. */
    Optional<Row> read(DatabaseCall call, StorageKey key) throws SQLException {
        Optional<Row> row = call.query(select, statement -> statement.setBytes(1, IndexKey.of(key.toText())), rows -> {
            rows.next();
            try {
                return row(rows);
            } catch (UnreadableRow e) {
                throw new ConversationRefusedException(key, e.reason, false, null);
            }
        });
        row.ifPresent(read -> clock.read(read.nowMicros));
        return row;
    }

    /** The rows between two ids, neither included; empty if another transaction interfered. */
    Optional<TablePage> page(DatabaseCall call, byte[] from, byte[] to, int limit) throws SQLException {
        return call.query(
                page,
                statement -> {
                    statement.setBytes(1, from);
                    statement.setBytes(2, to);
                    statement.setInt(3, limit);
                },
                this::page);
    }

    /**
     * The rows between two ids that are due by their place in the queue of deadlines, in the order of the queue, after
     * the last row of the previous page; empty if another transaction interfered.
     */
    Optional<TablePage> due(DatabaseCall call, KeyRange range, TablePage before, int limit) throws SQLException {
        return call.query(
                due,
                statement -> {
                    statement.setLong(1, before.lastPlace());
                    statement.setLong(2, before.lastPlace());
                    statement.setBytes(3, before.lastId());
                    statement.setBytes(4, range.from());
                    statement.setBytes(5, range.to());
                    statement.setInt(6, limit);
                },
                this::page);
    }

    private TablePage page(ResultSet rows) throws SQLException {
        TablePage found = new TablePage();
        while (rows.next()) {
            addTo(found, rows);
            clock.read(rows.getLong("now_us"));
        }
        return found;
    }

    private static void addTo(TablePage found, ResultSet rows) throws SQLException {
        found.passed(rows.getBytes("id"), rows.getLong("due_ms"));
        StorageKey key;
        try {
            key = StorageKey.parse(ColumnText.unescaped(rows.getString("key_text")));
        } catch (IllegalArgumentException e) {
            return; // not the key of a conversation
        }
        try {
            found.add(key, row(rows));
        } catch (UnreadableRow e) {
            found.addUnreadable(key, e.reason);
        }
    }

    private static Row row(ResultSet rows) throws SQLException {
        long now = rows.getLong("now_us");
        long version = rows.getLong("version");
        if (rows.wasNull()) {
            return new Row(StoredConversation.none(), 0, now, Optional.empty());
        }
        long expires = rows.getLong("expires_us");
        boolean isOver = !rows.wasNull() && expires <= now;
        StoredConversation conversation = isOver ? StoredConversation.none() : conversation(rows, version);
        return new Row(conversation, version, now, instant(rows, "due_ms"));
    }

    @SuppressWarnings("UnusedException") // not used as a cause: its message may quote the record
    private static StoredConversation conversation(ResultSet rows, long version) throws SQLException {
        int format = rows.getInt("format");
        if (format > FORMAT) {
            throw new UnreadableRow(ColumnText.newerFormat(format, FORMAT));
        }
        boolean escaped = rows.getInt("nul_escaped") != 0;
        try {
            return StoredConversation.builder()
                    .state(Optional.ofNullable(text(rows, "state", escaped)))
                    .data(ColumnText.split(text(rows, "data", escaped)))
                    .attributes(ColumnText.split(text(rows, "attributes", escaped)))
                    .version(version)
                    .fencingToken(rows.getLong("fencing_token"))
                    .events(EventColumn.read(rows.getBytes("events")))
                    .since(instant(rows, "since_ms"))
                    .touched(instant(rows, "touched_ms"))
                    .deadline(instant(rows, "deadline_ms"))
                    .end(instant(rows, "end_ms"))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new UnreadableRow("the stored row is not a conversation of this library");
        }
    }

    private static @Nullable String text(ResultSet rows, String column, boolean escaped) throws SQLException {
        String text = rows.getString(column);
        return text != null && escaped ? ColumnText.unescaped(text) : text;
    }

    private static Optional<Instant> instant(ResultSet rows, String column) throws SQLException {
        long millis = rows.getLong(column);
        return rows.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    /**
     * The change of a row by a write.
     *
     * @param next the conversation to keep
     * @param life how long the row is valid; empty for forever
     * @param keepsPlace whether it stays where it is in the queue of deadlines; otherwise it gets the place of its
     *     deadline
     */
    record Change(StoredConversation next, Optional<Duration> life, boolean keepsPlace) {
        static Change of(Mutation mutation, Step step) {
            boolean keeps =
                    !mutation.changesDeadline() && step.next().deadline().isPresent();
            return new Change(step.next(), step.timeToLive(), keeps);
        }

        /** Leaves only an increased version, until the row is swept. */
        private static Change clearing(long version) {
            StoredConversation nothing =
                    StoredConversation.builder().version(version + 1).build();
            return new Change(nothing, Optional.of(Duration.ZERO), false);
        }
    }

    /** Inserts a conversation that has no row. */
    boolean insert(DatabaseCall call, StorageKey key, Change change) throws SQLException {
        return call.change(insert, statement -> {
            int at = values(statement, change, true);
            statement.setBytes(at++, IndexKey.of(key.toText()));
            statement.setString(at, ColumnText.escaped(key.toText()));
        });
    }

    /** Replaces the row if it has this version. */
    boolean update(DatabaseCall call, StorageKey key, long version, Change change) throws SQLException {
        return update(call, key, version, change, "");
    }

    /** Replaces the row if it has this version, and neither the row nor its state and data have expired. */
    boolean updateWhileThere(DatabaseCall call, StorageKey key, long version, Change change) throws SQLException {
        return update(call, key, version, change, whileThere);
    }

    private boolean update(DatabaseCall call, StorageKey key, long version, Change change, String condition)
            throws SQLException {
        return call.change((change.keepsPlace ? updateInPlace : update) + condition, statement -> {
            int at = values(statement, change, !change.keepsPlace);
            statement.setBytes(at++, IndexKey.of(key.toText()));
            statement.setLong(at, version);
        });
    }

    /**
     * Confirms the row of this version by a commit, without changing it. Returns false if it now has another version.
     */
    boolean confirm(DatabaseCall call, StorageKey key, long version) throws SQLException {
        return call.change(confirm, statement -> {
            statement.setBytes(1, IndexKey.of(key.toText()));
            statement.setLong(2, version);
        });
    }

    /** Clears the row if it has this version. Only an increased version remains, until the row is swept. */
    boolean clear(DatabaseCall call, StorageKey key, long version) throws SQLException {
        return update(call, key, version, Change.clearing(version));
    }

    /** Changes the place of a row in the queue of deadlines. Returns false if its version or place has changed. */
    boolean move(DatabaseCall call, StorageKey key, Row row, Optional<Instant> to) throws SQLException {
        Optional<Long> from = row.queuedAt.map(Instant::toEpochMilli);
        String sql = MOVE + " AND version = ? AND due_ms " + (from.isPresent() ? "= ?" : "IS NULL");
        return call.change(sql, statement -> {
            number(statement, 1, to.map(Instant::toEpochMilli));
            statement.setBytes(2, IndexKey.of(key.toText()));
            statement.setLong(3, row.version);
            if (from.isPresent()) {
                statement.setLong(4, from.get());
            }
        });
    }

    /** Moves a conversation in the queue of deadlines. Returns false if its place or deadline has changed. */
    boolean defer(DatabaseCall call, DueConversation conversation, Instant until) throws SQLException {
        return call.change(defer, statement -> {
            statement.setLong(1, until.toEpochMilli());
            statement.setBytes(2, IndexKey.of(conversation.key().toText()));
            statement.setLong(3, conversation.queuedAt().toEpochMilli());
            statement.setLong(4, conversation.deadline().toEpochMilli());
        });
    }

    /** Returns the approximate time of day by the database's clock. */
    Instant time(DatabaseCall call) throws SQLException, InterruptedException {
        if (clock.estimate().isEmpty()) {
            clock.read(call.untilWon(() -> call.query(time, statement -> {}, rows -> {
                rows.next();
                return rows.getLong(1);
            })));
        }
        return Instant.EPOCH.plus(clock.estimate().orElseThrow(), ChronoUnit.MICROS);
    }

    /** Binds the values. Returns the index of the next parameter. */
    private static int values(PreparedStatement statement, Change change, boolean withPlace) throws SQLException {
        StoredConversation next = change.next;
        String state = next.state().orElse(null);
        String data = ColumnText.joined(next.data()).orElse(null);
        String attributes = ColumnText.joined(next.attributes()).orElse(null);
        boolean escape = ColumnText.hasNul(state) || ColumnText.hasNul(data) || ColumnText.hasNul(attributes);
        statement.setInt(1, FORMAT);
        statement.setInt(2, escape ? 1 : 0);
        text(statement, 3, state, escape);
        text(statement, 4, data, escape);
        text(statement, 5, attributes, escape);
        statement.setLong(6, next.version());
        statement.setLong(7, next.fencingToken());
        statement.setBytes(8, EventColumn.of(next.events()));
        number(statement, 9, next.since().map(Instant::toEpochMilli));
        number(statement, 10, next.touched().map(Instant::toEpochMilli));
        number(statement, 11, next.deadline().map(Instant::toEpochMilli));
        number(statement, 12, next.end().map(Instant::toEpochMilli));
        int at = 13;
        if (withPlace) {
            number(statement, at++, next.deadline().map(Instant::toEpochMilli));
        }
        number(statement, at++, change.life.map(time -> time.toMillis() * 1_000)); // null plus the time is null
        return at;
    }

    private static void text(PreparedStatement statement, int at, @Nullable String text, boolean escape)
            throws SQLException {
        statement.setString(at, text != null && escape ? ColumnText.escaped(text) : text);
    }

    private static void number(PreparedStatement statement, int at, Optional<Long> number) throws SQLException {
        if (number.isPresent()) {
            statement.setLong(at, number.get());
        } else {
            statement.setNull(at, Types.BIGINT);
        }
    }
}
