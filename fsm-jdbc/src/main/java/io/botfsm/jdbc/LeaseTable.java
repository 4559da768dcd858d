package io.botfsm.jdbc;

import io.botfsm.jdbc.DatabaseCall.Binding;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseStoreException;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The table of leases. A change takes effect only on the version of the row that was read. */
final class LeaseTable {
    static final String NAME = "fsm_lease";

    private static final String NAME_AND_VALUES =
            "id, name_text, format, nul_escaped, claim, version, ends_us," + " fencing_token, fence_kept, released_us";

    static final List<String> COLUMNS = List.of(NAME_AND_VALUES.split(", "));

    private static final int FORMAT = 1;
    private static final String VALUES = NAME_AND_VALUES.replace("id, name_text, ", "");

    private final String select;
    private final String insert;
    private final String update;
    private final String updateWhileHeld;

    LeaseTable(Dialect dialect, DatabaseClock clock) {
        String now = clock.nowMicros();
        select = "SELECT n.now_us, " + VALUES + " FROM (SELECT " + now + " AS now_us) n LEFT JOIN " + NAME
                + " l ON l.id = ?";
        insert = "INSERT INTO " + NAME + " (" + VALUES + ", id, name_text) VALUES (" + "?, ".repeat(9) + "?)"
                + dialect.insertSuffix();
        update = "UPDATE " + NAME + " SET " + VALUES.replace(",", " = ?,") + " = ? WHERE id = ? AND version = ?";
        updateWhileHeld = update + " AND ends_us > " + now;
    }

    /** Returns a condition for rows whose fence has expired, with one parameter: for how many microseconds. */
    static String isOver(DatabaseClock clock) {
        return "fence_kept = 0 AND ends_us <= " + clock.nowMicros() + " - " + LeaseRow.FENCE_LIFE.toMillis() * 1_000
                + " - ?";
    }

    /** Empty if another transaction interfered. */
    Optional<LeaseRow> read(DatabaseCall call, String name) throws SQLException {
        return call.query(select, statement -> statement.setBytes(1, IndexKey.of(name)), rows -> {
            rows.next();
            return row(rows).withoutOldFence();
        });
    }

    private static LeaseRow row(ResultSet rows) throws SQLException {
        long now = rows.getLong("now_us");
        long version = rows.getLong("version");
        if (rows.wasNull()) {
            return LeaseRow.none(now);
        }
        int format = rows.getInt("format");
        if (format > FORMAT) {
            throw new LeaseStoreException(ColumnText.newerFormat(format, FORMAT), true, null);
        }
        String claim = rows.getString("claim");
        boolean escaped = rows.getInt("nul_escaped") != 0;
        return new LeaseRow(
                Optional.ofNullable(claim).map(text -> Claim.parse(escaped ? ColumnText.unescaped(text) : text)),
                rows.getLong("ends_us"),
                rows.getLong("fencing_token"),
                rows.getInt("fence_kept") != 0,
                rows.getLong("released_us"),
                version,
                now);
    }

    /** Stores the next state of the row that was read. Returns false if the row has changed. */
    boolean store(DatabaseCall call, String name, LeaseRow next) throws SQLException {
        return next.exists() ? update(call, update, name, next) : insert(call, name, next);
    }

    /** Stores the next state only if the lease has not ended. */
    boolean storeWhileHeld(DatabaseCall call, String name, LeaseRow next) throws SQLException {
        return update(call, updateWhileHeld, name, next);
    }

    private boolean insert(DatabaseCall call, String name, LeaseRow next) throws SQLException {
        return call.change(insert, statement -> {
            values(next, next.now()).to(statement);
            statement.setBytes(9, IndexKey.of(name));
            statement.setString(10, ColumnText.escaped(name));
        });
    }

    private static boolean update(DatabaseCall call, String sql, String name, LeaseRow next) throws SQLException {
        return call.change(sql, statement -> {
            values(next, next.version() + 1).to(statement);
            statement.setBytes(9, IndexKey.of(name));
            statement.setLong(10, next.version());
        });
    }

    private static Binding values(LeaseRow next, long version) {
        return statement -> {
            String claim = next.claim().map(Claim::text).orElse(null);
            boolean escape = claim != null && ColumnText.hasNul(claim);
            statement.setInt(1, FORMAT);
            statement.setInt(2, escape ? 1 : 0);
            statement.setString(3, claim != null && escape ? ColumnText.escaped(claim) : claim);
            statement.setLong(4, version);
            statement.setLong(5, next.ends());
            statement.setLong(6, next.fence());
            statement.setInt(7, next.fenceKept() ? 1 : 0);
            statement.setLong(8, next.released());
        };
    }

    /** Returns when the leases of these names were last released, except for names without a row. */
    Optional<Map<String, Long>> released(DatabaseCall call, Collection<String> names) throws SQLException {
        List<String> asked = List.copyOf(names);
        Map<ByteBuffer, String> byId = new HashMap<>();
        asked.forEach(name -> byId.put(ByteBuffer.wrap(IndexKey.of(name)), name));
        String places = String.join(", ", Collections.nCopies(asked.size(), "?"));
        String sql = "SELECT id, released_us FROM " + NAME + " WHERE id IN (" + places + ")";
        return call.query(
                sql,
                statement -> {
                    for (int i = 0; i < asked.size(); i++) {
                        statement.setBytes(i + 1, IndexKey.of(asked.get(i)));
                    }
                },
                rows -> {
                    Map<String, Long> released = new HashMap<>();
                    while (rows.next()) {
                        released.put(byId.get(ByteBuffer.wrap(rows.getBytes(1))), rows.getLong(2));
                    }
                    return released;
                });
    }
}
