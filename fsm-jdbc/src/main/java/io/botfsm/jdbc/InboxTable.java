package io.botfsm.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.botfsm.jdbc.DatabaseCall.Binding;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.inbox.DeadUpdate;
import io.botfsm.storage.inbox.InboxCounts;
import io.botfsm.storage.inbox.InboxFencedException;
import io.botfsm.storage.inbox.InboxUpdate;
import io.botfsm.storage.inbox.WaitingUpdate;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tables of inboxes: one holds the updates, both waiting ones and dead letters; the other one holds a row per bot,
 * which each transaction that changes the inbox of the bot locks first.
 */
final class InboxTable {
    static final String NAME = "fsm_inbox";
    static final String BOTS = "fsm_inbox_bot";
    static final List<String> COLUMNS = List.of(
            "bot_id", "dead", "position", "same", "update_id", "key_text", "content", "bytes", "reason", "at_us");
    static final List<String> BOT_COLUMNS = List.of("id", "bot_text", "last_position", "fencing_token");

    private static final int WAITING = 0;
    private static final int DEAD = 1;
    private static final long BYTES_PER_ANSWER = 1L << 20;
    private static final String BEHIND = " AND position > ? ORDER BY position LIMIT ?";
    private static final String OF_BOT = " FROM " + NAME + " WHERE bot_id = ? AND dead = ?";

    private final String lock = "UPDATE " + BOTS + " SET last_position = last_position WHERE id = ?";
    private final String insertBot;
    private final String insert;
    private final String replay;

    InboxTable(Dialect dialect, DatabaseClock clock) {
        insertBot = "INSERT INTO " + BOTS + " (id, bot_text, last_position, fencing_token) VALUES (?, ?, 0, 0)"
                + dialect.insertSuffix();
        insert = "INSERT INTO " + NAME + " (" + String.join(", ", COLUMNS) + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
                + clock.nowMicros() + ")";
        replay = "UPDATE " + NAME + " SET dead = " + WAITING + ", position = ?, reason = NULL, at_us = "
                + clock.nowMicros() + " WHERE bot_id = ? AND dead = ? AND position = ?";
    }

    /** The identity of an update, as a key. */
    record Identity(String hex) {
        static Identity of(InboxUpdate update) {
            MessageDigest digest = sha256();
            digest.update(sha256().digest(update.id().getBytes(UTF_8)));
            return of(digest.digest(update.content()));
        }

        private static Identity of(byte[] hash) {
            return new Identity(HexFormat.of().formatHex(hash));
        }

        private byte[] hash() {
            return HexFormat.of().parseHex(hex);
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }

    /** The inbox of a bot, whose row is locked. */
    final class Locked {
        private final DatabaseTransaction transaction;
        private final byte[] bot;
        private final long fence;
        private long last;

        private Locked(DatabaseTransaction transaction, byte[] bot, long last, long fence) {
            this.transaction = transaction;
            this.bot = bot;
            this.last = last;
            this.fence = fence;
        }

        /** @throws InboxFencedException if a higher token was seen */
        void pass(String name, OptionalLong token) throws SQLException {
            if (token.orElse(fence) < fence) {
                throw new InboxFencedException(name, token.orElseThrow(), fence);
            }
            if (token.orElse(fence) > fence) {
                var unused = transaction.change("UPDATE " + BOTS + " SET fencing_token = ? WHERE id = ?", statement -> {
                    statement.setLong(1, token.orElseThrow());
                    statement.setBytes(2, bot);
                });
            }
        }

        Set<Identity> waiting(Collection<Identity> identities) throws SQLException {
            return known(WAITING, identities);
        }

        private Set<Identity> known(int kind, Collection<Identity> identities) throws SQLException {
            if (identities.isEmpty()) {
                return Set.of();
            }
            String sql = "SELECT same" + OF_BOT + " AND same IN (" + places(identities) + ")";
            return transaction.query(sql, ofBot(bot, kind, identities), rows -> {
                Set<Identity> known = new HashSet<>();
                while (rows.next()) {
                    known.add(Identity.of(rows.getBytes(1)));
                }
                return known;
            });
        }

        InboxCounts counts() throws SQLException {
            return transaction.query(COUNTS, statement -> statement.setBytes(1, bot), InboxTable::counts);
        }

        void append(Collection<InboxUpdate> updates) throws SQLException {
            transaction.changeEach(
                    insert, List.copyOf(updates), (statement, update) -> bind(statement, WAITING, update, null));
            keepLast();
        }

        private void bind(PreparedStatement statement, int kind, InboxUpdate update, @Nullable String reason)
                throws SQLException {
            String key = update.key()
                    .map(StorageKey::toText)
                    .map(ColumnText::escaped)
                    .orElse(null);
            statement.setBytes(1, bot);
            statement.setInt(2, kind);
            statement.setLong(3, ++last);
            statement.setBytes(4, Identity.of(update).hash());
            statement.setString(5, ColumnText.escaped(update.id()));
            statement.setString(6, key);
            statement.setBytes(7, update.content());
            statement.setInt(8, update.size());
            statement.setString(9, reason == null ? null : ColumnText.escaped(reason));
        }

        private void keepLast() throws SQLException {
            var unused = transaction.change("UPDATE " + BOTS + " SET last_position = ? WHERE id = ?", statement -> {
                statement.setLong(1, last);
                statement.setBytes(2, bot);
            });
        }

        void remove(Collection<Identity> all) throws SQLException {
            if (!all.isEmpty()) {
                var unused = transaction.change(
                        "DELETE" + OF_BOT + " AND same IN (" + places(all) + ")", ofBot(bot, WAITING, all));
            }
        }

        void bury(InboxUpdate update, String reason, int most) throws SQLException {
            List<Identity> identities = List.of(Identity.of(update));
            remove(identities);
            if (known(DEAD, identities).isEmpty()) {
                var unused = transaction.change(insert, statement -> bind(statement, DEAD, update, reason));
                keepLast();
            }
            OptionalLong newestExcess = transaction.query(
                    "SELECT position" + OF_BOT + " ORDER BY position DESC LIMIT 1 OFFSET ?",
                    statement -> {
                        statement.setBytes(1, bot);
                        statement.setInt(2, DEAD);
                        statement.setInt(3, most);
                    },
                    rows -> rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty());
            if (newestExcess.isPresent()) {
                var unused = transaction.change(
                        "DELETE" + OF_BOT + " AND position <= ?", at(bot, DEAD, newestExcess.getAsLong()));
            }
        }

        boolean replay(long position) throws SQLException {
            Optional<Identity> identity = transaction.query(
                    "SELECT same" + OF_BOT + " AND position = ?",
                    at(bot, DEAD, position),
                    rows -> rows.next() ? Optional.of(Identity.of(rows.getBytes(1))) : Optional.empty());
            if (identity.isEmpty()) {
                return false;
            }
            if (!waiting(List.of(identity.get())).isEmpty()) {
                return drop(position);
            }
            var unused = transaction.change(replay, statement -> {
                statement.setLong(1, ++last);
                statement.setBytes(2, bot);
                statement.setInt(3, DEAD);
                statement.setLong(4, position);
            });
            keepLast();
            return true;
        }

        boolean drop(long position) throws SQLException {
            return transaction.change("DELETE" + OF_BOT + " AND position = ?", at(bot, DEAD, position)) > 0;
        }

        /**
         * Returns the conversations of all updates by the kind and position of the update, except those that cannot be
         * read.
         */
        Map<List<Long>, Optional<StorageKey>> conversations() throws SQLException {
            return transaction.query(
                    "SELECT dead, position, key_text FROM " + NAME + " WHERE bot_id = ?",
                    statement -> statement.setBytes(1, bot),
                    rows -> {
                        Map<List<Long>, Optional<StorageKey>> found = new HashMap<>();
                        while (rows.next()) {
                            List<Long> place = List.of(rows.getLong(1), rows.getLong(2));
                            key(rows).ifPresent(key -> found.put(place, key));
                        }
                        return found;
                    });
        }

        void erase(List<List<Long>> places) throws SQLException {
            transaction.changeEach(
                    "DELETE" + OF_BOT + " AND position = ?",
                    places,
                    (statement, place) ->
                            at(bot, place.get(0).intValue(), place.get(1)).to(statement));
        }
    }

    /** Locks the inbox of a bot for the rest of the transaction. */
    Locked lock(DatabaseTransaction transaction, String name) throws SQLException {
        byte[] bot = IndexKey.of(name);
        if (transaction.change(lock, statement -> statement.setBytes(1, bot)) == 0) {
            var unused = transaction.change(insertBot, statement -> {
                statement.setBytes(1, bot);
                statement.setString(2, ColumnText.escaped(name));
            });
            unused = transaction.change(lock, statement -> statement.setBytes(1, bot));
        }
        return transaction.query(
                "SELECT last_position, fencing_token FROM " + BOTS + " WHERE id = ?",
                statement -> statement.setBytes(1, bot),
                rows -> {
                    rows.next();
                    return new Locked(transaction, bot, rows.getLong(1), rows.getLong(2));
                });
    }

    private static final String COUNTS =
            "SELECT dead, count(*), sum(bytes), min(at_us) FROM " + NAME + " WHERE bot_id = ? GROUP BY dead";

    private static InboxCounts counts(ResultSet rows) throws SQLException {
        long waiting = 0;
        long bytes = 0;
        long dead = 0;
        Optional<Instant> oldest = Optional.empty();
        while (rows.next()) {
            if (rows.getInt(1) == DEAD) {
                dead = rows.getLong(2);
            } else {
                waiting = rows.getLong(2);
                bytes = rows.getLong(3);
                oldest = Optional.of(instant(rows.getLong(4)));
            }
        }
        return InboxCounts.of(waiting, bytes, oldest, dead);
    }

    /** Empty if another transaction interfered. */
    Optional<InboxCounts> counts(DatabaseCall call, String name) throws SQLException {
        return call.query(COUNTS, statement -> statement.setBytes(1, IndexKey.of(name)), InboxTable::counts);
    }

    /** The names of all bots that have an inbox; empty if another transaction interfered. */
    Optional<List<String>> bots(DatabaseCall call) throws SQLException {
        return call.query("SELECT bot_text FROM " + BOTS, statement -> {}, rows -> {
            List<String> names = new ArrayList<>();
            while (rows.next()) {
                names.add(ColumnText.unescaped(rows.getString(1)));
            }
            return names;
        });
    }

    /**
     * A page of a list.
     *
     * @param entries the entries that can be read
     * @param last the position of the last row
     * @param hasMore whether more rows may follow
     */
    record Page<T>(List<T> entries, long last, boolean hasMore) {}

    /** How many of the next rows fit into one answer, and whether more rows may follow. */
    private record Stretch(int rows, boolean hasMore) {}

    interface Entry<T> {
        T of(long position, InboxUpdate update, ResultSet row) throws SQLException;
    }

    /** Empty if another transaction interfered. */
    Optional<Page<WaitingUpdate>> waiting(DatabaseCall call, String name, long after, int limit) throws SQLException {
        return page(
                call,
                name,
                WAITING,
                after,
                limit,
                (position, update, row) -> WaitingUpdate.of(position, update, instant(row.getLong("at_us"))));
    }

    /** Empty if another transaction interfered. */
    Optional<Page<DeadUpdate>> dead(DatabaseCall call, String name, long after, int limit) throws SQLException {
        return page(
                call,
                name,
                DEAD,
                after,
                limit,
                (position, update, row) -> DeadUpdate.of(
                        position,
                        update,
                        ColumnText.unescaped(row.getString("reason")),
                        instant(row.getLong("at_us"))));
    }

    private static <T> Optional<Page<T>> page(
            DatabaseCall call, String name, int kind, long after, int limit, Entry<T> entry) throws SQLException {
        Binding binding = at(IndexKey.of(name), kind, after);
        Optional<Stretch> stretch = call.query(
                "SELECT bytes" + OF_BOT + BEHIND,
                statement -> {
                    binding.to(statement);
                    statement.setInt(4, limit);
                },
                rows -> stretch(rows, limit));
        return stretch.isEmpty() ? Optional.empty() : page(call, binding, after, stretch.get(), entry);
    }

    private static Stretch stretch(ResultSet rows, int limit) throws SQLException {
        int count = 0;
        for (long bytes = 0; rows.next(); count++) {
            bytes += rows.getLong(1);
            if (count > 0 && bytes > BYTES_PER_ANSWER) {
                return new Stretch(count, true);
            }
        }
        return new Stretch(count, count == limit);
    }

    private static <T> Optional<Page<T>> page(
            DatabaseCall call, Binding binding, long after, Stretch stretch, Entry<T> entry) throws SQLException {
        return call.query(
                "SELECT position, update_id, key_text, content, reason, at_us" + OF_BOT + BEHIND,
                statement -> {
                    binding.to(statement);
                    statement.setInt(4, stretch.rows);
                },
                rows -> {
                    List<T> entries = new ArrayList<>();
                    long last = after;
                    while (rows.next()) {
                        last = rows.getLong("position");
                        Optional<InboxUpdate> update = update(rows);
                        if (update.isPresent()) {
                            entries.add(entry.of(last, update.get(), rows));
                        }
                    }
                    return new Page<>(List.copyOf(entries), last, stretch.hasMore);
                });
    }

    /** Empty if the update cannot be read. */
    private static Optional<InboxUpdate> update(ResultSet row) throws SQLException {
        Optional<Optional<StorageKey>> key = key(row);
        byte[] content = row.getBytes("content");
        if (key.isEmpty() || content == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(InboxUpdate.of(ColumnText.unescaped(row.getString("update_id")), key.get(), content));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Empty if the key cannot be read. */
    private static Optional<Optional<StorageKey>> key(ResultSet row) throws SQLException {
        String text = row.getString("key_text");
        try {
            return Optional.of(
                    Optional.ofNullable(text).map(ColumnText::unescaped).map(StorageKey::parse));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private static String places(Collection<?> all) {
        return String.join(", ", Collections.nCopies(all.size(), "?"));
    }

    private static Binding ofBot(byte[] bot, int kind, Collection<Identity> all) {
        return statement -> {
            statement.setBytes(1, bot);
            statement.setInt(2, kind);
            int at = 3;
            for (Identity identity : all) {
                statement.setBytes(at++, identity.hash());
            }
        };
    }

    private static Binding at(byte[] bot, int kind, long position) {
        return statement -> {
            statement.setBytes(1, bot);
            statement.setInt(2, kind);
            statement.setLong(3, position);
        };
    }
}
