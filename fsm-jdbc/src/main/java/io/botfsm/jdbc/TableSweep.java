package io.botfsm.jdbc;

import static java.util.Objects.requireNonNull;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the rows of a table whose time has been over for long: a stretch of the primary key after every so many
 * writes, so that no index on a column that each write changes is needed. Thread-safe.
 */
final class TableSweep {
    private static final Logger LOG = LoggerFactory.getLogger(TableSweep.class.getPackageName());

    /** Longer than any call that has read the clock before the row was cleared, and has not written yet. */
    static final Duration LINGER = Duration.ofHours(1);

    private static final int WRITES = 64;
    private static final int STRETCH = 512;

    /** Below every id. */
    private static final byte[] FIRST = {};

    private final DatabaseCalls calls;
    private final String table;
    private final String last;
    private final String delete;
    private final String deleteRest;
    private final AtomicInteger writes = new AtomicInteger();
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private final AtomicBoolean reported = new AtomicBoolean();
    private final AtomicReference<byte @Nullable []> position = new AtomicReference<>();

    /**
     * A sweep.
     *
     * @param isOver a condition with one parameter: for how many microseconds a row has to be over
     */
    TableSweep(DatabaseCalls calls, String table, String isOver) {
        this.calls = calls;
        this.table = table;
        last = "SELECT id FROM " + table + " WHERE id > ? ORDER BY id LIMIT 1 OFFSET " + (STRETCH - 1);
        deleteRest = "DELETE FROM " + table + " WHERE id > ? AND " + isOver;
        delete = deleteRest + " AND id <= ?";
    }

    /**
     * Counts a write of the row with that id, and sweeps a stretch if it is time for that. The first row is where the
     * sweep of this process begins: if all began at the first id, the last ones would never be reached by processes
     * that live shortly.
     */
    void afterWrite(byte[] id) {
        position.compareAndSet(null, id);
        if (writes.incrementAndGet() % WRITES == 0 && sweeping.compareAndSet(false, true)) {
            var unused = calls.call(
                            call -> {
                                position.set(sweepStretch(call, requireNonNull(position.get()), LINGER));
                                return true;
                            },
                            (cause, mayBeApplied) -> {
                                report(cause);
                                return new IllegalStateException(cause);
                            })
                    .whenComplete((done, failure) -> sweeping.set(false));
        }
    }

    private void report(Throwable failure) {
        boolean isRefused =
                failure instanceof SQLException e && SqlFailure.of(e, calls.dialect()) == SqlFailure.REFUSED;
        if (isRefused && !reported.getAndSet(true)) {
            LOG.warn(
                    "The database refuses to delete rows of {} whose time is over, so that the table grows ({}):"
                            + " give the user the permissions SELECT and DELETE on it",
                    table,
                    SqlFailure.reason((SQLException) failure));
        } else {
            LOG.debug("Rows of {} whose time is over could not be deleted, which is tried again", table, failure);
        }
    }

    /** Deletes everything that is over, however shortly. */
    void all() {
        calls.call(
                        call -> {
                            byte[] from = FIRST;
                            do {
                                from = sweepStretch(call, from, Duration.ZERO);
                            } while (from.length > 0);
                            return true;
                        },
                        (cause, mayBeApplied) -> new IllegalStateException(cause))
                .join();
    }

    /**
     * Deletes what is over in the stretch behind an id; returns where the next one begins, the first after the last.
     */
    private byte[] sweepStretch(DatabaseCall call, byte[] from, Duration linger)
            throws SQLException, InterruptedException {
        Optional<byte[]> to = call.untilWon(() -> call.query(
                last,
                statement -> statement.setBytes(1, from),
                rows -> rows.next() ? Optional.of(rows.getBytes(1)) : Optional.empty()));
        var unused = call.change(to.isPresent() ? delete : deleteRest, statement -> {
            statement.setBytes(1, from);
            statement.setLong(2, linger.toMillis() * 1_000);
            if (to.isPresent()) {
                statement.setBytes(3, to.get());
            }
        });
        return to.orElse(FIRST);
    }
}
