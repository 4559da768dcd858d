package io.botfsm.jdbc;

import static java.util.Objects.requireNonNull;

import io.botfsm.jdbc.DatabaseCall.LostEveryRace;
import io.botfsm.lock.store.Acquisition;
import io.botfsm.lock.store.Acquisition.Granted;
import io.botfsm.lock.store.Acquisition.Occupied;
import io.botfsm.lock.store.Claim;
import io.botfsm.lock.store.LeaseRequest;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.lock.store.LeaseStoreException;
import io.botfsm.lock.store.Renewal;
import io.botfsm.lock.store.Renewal.NotYours;
import io.botfsm.lock.store.Renewal.Renewed;
import io.botfsm.lock.store.StoredLease;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A lease store in a SQL database, with one row per name. Each operation reads the row together with the database's
 * time, and changes it by one statement that takes effect only if the row has not changed.
 */
final class JdbcLeaseStore implements LeaseStore {
    private final DatabaseCalls calls;
    private final LeaseTable table;
    private final TableSweep sweep;
    private final ReleaseHints hints;
    private final Duration memory;
    private final Runnable onClose;
    private volatile boolean closed;

    /**
     * A store.
     *
     * @param isDurable whether each commit is on disk before it is acknowledged
     */
    JdbcLeaseStore(
            DatabaseCalls calls, DatabaseClock clock, boolean isDurable, Duration hintInterval, Runnable onClose) {
        this.calls = calls;
        this.table = new LeaseTable(calls.dialect(), clock);
        this.sweep = new TableSweep(calls, LeaseTable.NAME, LeaseTable.isOver(clock));
        this.hints = new ReleaseHints(this::released, hintInterval);
        this.memory = isDurable ? Granted.EVERYTHING : Duration.ZERO;
        this.onClose = onClose;
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        requireNonNull(request, "request");
        return decide(request.name(), (call, row) -> {
            if (row.isHeld()) {
                return Optional.of(new Occupied(row.claim().orElseThrow(), row.remaining()));
            }
            LeaseRow next = row.acquired(request);
            return table.store(call, request.name(), next)
                    ? Optional.of(new Granted(next.fence(), memory))
                    : Optional.empty();
        });
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        requireNonNull(request, "request");
        return decide(request.name(), (call, row) -> {
            if (!row.isHeldBy(request.claim())) {
                return Optional.of(new NotYours(row.stored()));
            }
            return table.storeWhileHeld(call, request.name(), row.renewed(request))
                    ? Optional.of(new Renewed())
                    : Optional.empty();
        });
    }

    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        requireNonNull(name, "name");
        requireNonNull(claim, "claim");
        return decide(name, (call, row) -> {
            if (!row.isHeldBy(claim)) {
                return Optional.of(false);
            }
            return free(call, name, row.freed()) ? Optional.of(true) : Optional.empty();
        });
    }

    @Override
    public CompletionStage<StoredLease> read(String name) {
        requireNonNull(name, "name");
        return decide(name, (call, row) -> Optional.of(row.stored()));
    }

    @Override
    public CompletionStage<Void> force(String name) {
        requireNonNull(name, "name");
        return decide(
                        name,
                        (call, row) -> free(call, name, row.forced()) ? Optional.of(true) : Optional.<Boolean>empty())
                .thenAccept(forced -> {});
    }

    private boolean free(DatabaseCall call, String name, LeaseRow next) throws SQLException {
        boolean freed = table.store(call, name, next);
        if (freed) {
            hints.released(name, next.released());
        }
        return freed;
    }

    @Override
    public CompletionStage<Subscription> subscribe(String name, Runnable hint) {
        requireNonNull(name, "name");
        requireNonNull(hint, "hint");
        return decide(name, (call, row) -> Optional.of(hints.add(name, hint, row.released())));
    }

    private CompletionStage<Map<String, Long>> released(List<String> names) {
        return calls.call(call -> call.untilWon(() -> table.released(call, names)), this::failure);
    }

    private interface Decision<T> {
        /** Applies an operation to a row; empty if the row has changed since it was read. */
        Optional<T> on(DatabaseCall call, LeaseRow row) throws SQLException;
    }

    private <T> CompletionStage<T> decide(String name, Decision<T> decision) {
        if (closed) {
            return CompletableFuture.failedFuture(new LeaseStoreException("the lease store is closed", true, null));
        }
        return calls.call(
                call -> {
                    T decided = call.untilWon(() -> {
                        Optional<LeaseRow> row = table.read(call, name);
                        return row.isPresent() ? decision.on(call, row.get()) : Optional.empty();
                    });
                    sweep.afterWrite(IndexKey.of(name));
                    return decided;
                },
                this::failure);
    }

    private LeaseStoreException failure(Throwable cause, boolean mayBeApplied) {
        if (cause instanceof LeaseStoreException known) {
            return known;
        }
        if (cause instanceof LostEveryRace) {
            return new LeaseStoreException("other writers kept changing the lease until the timeout", false, null);
        }
        hints.missed();
        boolean refused = cause instanceof SQLException e
                && !mayBeApplied
                && SqlFailure.of(e, calls.dialect()) == SqlFailure.REFUSED;
        return new LeaseStoreException(
                refused ? "the database refused: " + SqlFailure.reason((SQLException) cause) : "the database failed",
                refused,
                cause);
    }

    @Override
    public void close() {
        closed = true;
        hints.close();
        onClose.run();
    }

    /** Returns the number of names with subscriptions. */
    int subscribed() {
        return hints.names();
    }

    /** Deletes every expired row, even one that has just expired. */
    void sweepAll() {
        sweep.all();
    }
}
