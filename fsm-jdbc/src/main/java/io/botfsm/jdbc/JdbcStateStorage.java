package io.botfsm.jdbc;

import static java.util.Objects.requireNonNull;

import io.botfsm.jdbc.ConversationTable.Change;
import io.botfsm.jdbc.ConversationTable.Row;
import io.botfsm.jdbc.DatabaseCall.LostEveryRace;
import io.botfsm.storage.ContentionException;
import io.botfsm.storage.FsmException;
import io.botfsm.storage.InterruptedCallException;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Outcome.Duplicate;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageClosedException;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StorageRefusedException;
import io.botfsm.storage.StorageUnavailableException;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.StoredConversation.Step;
import io.botfsm.storage.WriteContext;
import io.botfsm.storage.catalog.ConversationCatalog;
import io.botfsm.storage.deadline.DeadlineQueue;
import io.botfsm.storage.inbox.UpdateInbox;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A storage in a SQL database, with one row per conversation. A read is one {@code SELECT}. A write that expects the
 * version just read is one {@code UPDATE}; any other write is a {@code SELECT} and an {@code INSERT} or {@code UPDATE}
 * that takes effect only if the row has not changed, and is repeated otherwise. An event that was applied before is
 * confirmed by a commit if a read is not sufficient. What a write does is decided by {@link StoredConversation#apply},
 * in this process.
 */
final class JdbcStateStorage implements StateStorage {
    private static final Set<Capability> CAPABILITIES = Set.copyOf(EnumSet.allOf(Capability.class));

    private final DatabaseCalls calls;
    private final ConversationTable table;
    private final DatabaseClock clock;
    private final TableSweep sweep;
    private final Optional<Duration> ttl;
    private final Duration tombstoneTtl;
    private final RememberedRows remembered = new RememberedRows();
    private final Map<Class<?>, Object> extensions;
    private volatile boolean closed;

    JdbcStateStorage(DatabaseCalls calls, DatabaseClock clock, Optional<Duration> ttl, Duration tombstoneTtl) {
        this.calls = calls;
        this.clock = clock;
        this.table = new ConversationTable(calls.dialect(), clock);
        this.sweep = new TableSweep(calls, ConversationTable.NAME, "expires_us <= " + clock.nowMicros() + " - ?");
        this.ttl = ttl;
        this.tombstoneTtl = tombstoneTtl;
        AwaitedCalls awaited = new AwaitedCalls(calls, () -> closed);
        this.extensions = Map.of(
                ConversationCatalog.class, new JdbcCatalog(awaited, table),
                DeadlineQueue.class, new JdbcDeadlineQueue(awaited, table),
                UpdateInbox.class, new JdbcUpdateInbox(awaited, new InboxTable(calls.dialect(), clock)));
    }

    @Override
    public CompletionStage<Snapshot> read(StorageKey key) {
        requireNonNull(key, "key");
        return call(key, call -> {
            Row row = call.untilWon(() -> table.read(call, key));
            remembered.remember(key, row.conversation());
            return row.conversation().snapshot(row.now());
        });
    }

    @Override
    public CompletionStage<Outcome> write(StorageKey key, Mutation mutation) {
        requireNonNull(key, "key");
        requireNonNull(mutation, "mutation");
        return call(key, call -> {
            Optional<Outcome> fast = writeRemembered(call, key, mutation);
            Outcome outcome = fast.isPresent() ? fast.get() : call.untilWon(() -> attempt(call, key, mutation));
            sweep.afterWrite(IndexKey.of(key.toText()));
            return outcome;
        });
    }

    private <T> CompletionStage<T> call(StorageKey key, DatabaseCalls.Work<T> work) {
        return closed
                ? CompletableFuture.failedFuture(new StorageClosedException())
                : calls.call(work, (cause, mayBeApplied) -> failure(key, cause, mayBeApplied));
    }

    private FsmException failure(StorageKey key, Throwable cause, boolean mayBeApplied) {
        if (cause instanceof FsmException known) {
            return known;
        }
        if (cause instanceof InterruptedException interrupt && calls.runsHere()) {
            return new InterruptedCallException(key, mayBeApplied, interrupt);
        }
        if (cause instanceof LostEveryRace lost) {
            return new ContentionException(key, lost.attempts(), calls.timeout());
        }
        if (cause instanceof SQLException refused && isRefused(refused, mayBeApplied)) {
            return new StorageRefusedException(key, SqlFailure.reason(refused), false, SqlFailure.quotable(refused));
        }
        return new StorageUnavailableException(key, calls.timeout(), mayBeApplied, cause);
    }

    private boolean isRefused(SQLException failure, boolean mayBeApplied) {
        return !mayBeApplied && SqlFailure.of(failure, calls.dialect()) == SqlFailure.REFUSED;
    }

    /**
     * Writes without reading a row whose content is remembered: the statement takes effect only on the remembered
     * version. Not possible if state and data end before the row, since whether they have ended depends on the
     * database's exact time.
     */
    private Optional<Outcome> writeRemembered(DatabaseCall call, StorageKey key, Mutation mutation)
            throws SQLException {
        OptionalLong now = clock.estimate();
        if (now.isEmpty() || mutation.expectedVersion().isEmpty()) {
            return Optional.empty();
        }
        long version = mutation.expectedVersion().getAsLong();
        Optional<StoredConversation> row =
                remembered.ofVersion(key, version).filter(seen -> seen.end().isEmpty());
        if (row.isEmpty()) {
            return Optional.empty();
        }
        Instant time = Instant.EPOCH.plus(now.getAsLong(), ChronoUnit.MICROS);
        Step step = row.get().apply(mutation, context(key, time, version + 2));
        if (!(step.outcome() instanceof Applied) || step.next().isGone()) {
            return Optional.empty();
        }
        remembered.forget(key);
        if (!table.updateWhileThere(call, key, version, Change.of(mutation, step))) {
            return Optional.empty();
        }
        remembered.remember(key, step.next());
        return Optional.of(step.outcome());
    }

    /** Attempts a write; empty if the row has changed since it was read. */
    private Optional<Outcome> attempt(DatabaseCall call, StorageKey key, Mutation mutation) throws SQLException {
        Optional<Row> read = table.read(call, key);
        if (read.isEmpty()) {
            return Optional.empty();
        }
        Row row = read.get();
        Step step = row.conversation().apply(mutation, context(key, row.now(), row.firstVersion()));
        if (!isKept(call, key, row, mutation, step)) {
            return Optional.empty();
        }
        remembered.remember(key, step.next());
        return Optional.of(step.outcome());
    }

    private boolean isKept(DatabaseCall call, StorageKey key, Row row, Mutation mutation, Step step)
            throws SQLException {
        if (step.outcome() instanceof Applied) {
            return store(call, key, row, Change.of(mutation, step));
        }
        boolean isConfirmed =
                !(step.outcome() instanceof Duplicate) || !calls.dialect().readsUnconfirmed();
        return isConfirmed || table.confirm(call, key, row.version());
    }

    private boolean store(DatabaseCall call, StorageKey key, Row row, Change change) throws SQLException {
        if (change.next().isGone()) {
            return row.conversation().isGone() || table.clear(call, key, row.version());
        }
        if (row.isLive()) { // a conversation that ends before the statement must not go on
            return table.updateWhileThere(call, key, row.version(), change);
        }
        return row.exists() ? table.update(call, key, row.version(), change) : table.insert(call, key, change);
    }

    private WriteContext context(StorageKey key, Instant now, long firstVersion) {
        return WriteContext.at(key, now)
                .firstVersion(firstVersion)
                .ttl(ttl)
                .tombstoneTtl(tombstoneTtl)
                .build();
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    /** Offers a {@link ConversationCatalog}, a {@link DeadlineQueue} and an {@link UpdateInbox}. */
    @Override
    public <T> Optional<T> extension(Class<T> type) {
        requireNonNull(type, "type");
        return Optional.ofNullable(extensions.get(type)).map(type::cast);
    }

    /** Deletes every expired row, even one that has just expired. */
    void sweepAll() {
        sweep.all();
    }

    @Override
    public void close() {
        closed = true;
    }
}
