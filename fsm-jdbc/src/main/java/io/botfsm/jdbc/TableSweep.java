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
 * Deletes rows of a table that expired long ago. It sweeps a range of the primary key after a certain number of writes,
 * so that no index is needed on a column that each write changes. Thread-safe.
 */
final class TableSweep {
    private static final Logger LOG = LoggerFactory.getLogger(TableSweep.class.getPackageName());

    /**
     * How long expired rows are kept: longer than a call can take that read the clock before the row was cleared and
     * has yet to write.
     */
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
     * @param isOver a condition with one parameter: for how many microseconds a row must have been expired
     */
    TableSweep(DatabaseCalls calls, String table, String isOver) {
        this.calls = calls;
        this.table = table;
        last = "SELECT id FROM " + table + " WHERE id > ? ORDER BY id LIMIT 1 OFFSET " + (STRETCH - 1);
        deleteRest = "DELETE FROM " + table + " WHERE id > ? AND " + isOver;
        delete = deleteRest + " AND id <= ?";
    }

    /**
     * Counts a write of the row with this id, and sweeps a range if it is time for that. The sweep of this process
     * starts at the first row that it writes: if all processes started at the first id, short-lived ones would never
     * reach the last ids.
     */
    void afterWrite(byte[] id) {
        position.compareAndSet(null, id);
        if (writes.incrementAndGet() % WRITES == 0 && sweeping.compareAndSet(false, true)) {
            var unused = calls.callElsewhere(
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
                    "The database refuses to delete expired rows of {}, so the table grows ({}): grant the user the"
                            + " permissions SELECT and DELETE on it",
                    table,
                    SqlFailure.reason((SQLException) failure));
        } else {
            LOG.debug("Expired rows of {} could not be deleted; trying again later", table, failure);
        }
    }

    /** Deletes every expired row, even one that has just expired. */
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
     * Deletes expired rows in the range after an id. Returns the start of the next range, which after the last range is
     * the first id.
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
