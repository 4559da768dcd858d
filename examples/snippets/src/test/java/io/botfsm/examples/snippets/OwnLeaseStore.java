package io.botfsm.examples.snippets;

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
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

// snippet: own-lease-store
final class OwnLeaseStore implements LeaseStore {
    record Row(Claim holder, long end, long fence, Fences fences) {}

    record Listener(String name, Runnable hint) {}

    static final class Database { // shared by all who use it
        final Map<String, Row> table = new HashMap<>();
        final List<Listener> listeners = new CopyOnWriteArrayList<>();
    }

    private static final Claim NOBODY = new Claim("-", "");
    private static final Row NO_ROW = new Row(NOBODY, 0, 0, Fences.EXPIRING);

    private final Database database;
    private final Executor driver; // threads that may wait for the database
    private volatile boolean closed;

    OwnLeaseStore(Database database, Executor driver) {
        this.database = database;
        this.driver = driver;
    }

    @Override
    public CompletionStage<Acquisition> acquire(LeaseRequest request) {
        return transaction(() -> {
            Row row = load(request.name());
            if (isHeld(row)) {
                return new Occupied(row.holder, remaining(row));
            }
            long token = Math.max(nextFence(row), request.floor());
            save(request.name(), new Row(request.claim(), end(request), token, request.fences()));
            return new Granted(token, Granted.EVERYTHING); // if every commit is on disk before it is acknowledged
        });
    }

    @Override
    public CompletionStage<Renewal> renew(LeaseRequest request) {
        return transaction(() -> {
            Row row = load(request.name());
            if (!isHeld(row) || !row.holder.equals(request.claim())) {
                return new NotYours(stored(row));
            }
            long fence = Math.max(row.fence, request.floor());
            save(request.name(), new Row(row.holder, end(request), fence, request.fences()));
            return new Renewed();
        });
    }

    @Override
    public CompletionStage<Boolean> release(String name, Claim claim) {
        return notifying(name, transaction(() -> {
            Row row = load(name);
            boolean yours = isHeld(row) && row.holder.equals(claim);
            if (yours) {
                save(name, new Row(NOBODY, nowMicros(), row.fence, row.fences));
            }
            return yours;
        }));
    }

    @Override
    public CompletionStage<StoredLease> read(String name) {
        return transaction(() -> stored(load(name)));
    }

    @Override
    public CompletionStage<Void> force(String name) {
        return notifying(name, transaction(() -> {
                    Row row = load(name);
                    save(name, new Row(NOBODY, nowMicros(), nextFence(row), row.fences));
                    return true;
                }))
                .thenAccept(forced -> {});
    }

    private <T> CompletionStage<T> transaction(Supplier<T> work) {
        if (closed) {
            return CompletableFuture.failedFuture(new LeaseStoreException("the store is closed", true, null));
        }
        return CompletableFuture.supplyAsync(
                () -> {
                    synchronized (database) { // BEGIN … COMMIT
                        return work.get();
                    }
                },
                driver);
    }

    private Row load(String name) { // SELECT … FOR UPDATE
        Row row = database.table.getOrDefault(name, NO_ROW);
        return isOver(row) ? NO_ROW : row;
    }

    private void save(String name, Row row) { // INSERT or UPDATE, and now and then DELETE what is over
        database.table.values().removeIf(OwnLeaseStore::isOver);
        database.table.put(name, row);
    }

    private static long nextFence(Row row) {
        if (row.fence == LeaseRequest.MAX_FENCING_TOKEN) {
            throw new LeaseStoreException("no fencing tokens are left", true, null);
        }
        return Math.max(row.fence + 1, nowMicros());
    }

    private static boolean isHeld(Row row) {
        return !row.holder.equals(NOBODY) && row.end > nowMicros();
    }

    private static boolean isOver(Row row) { // an hour after the lease
        return row.fences == Fences.EXPIRING && row.end + 3_600_000_000L <= nowMicros();
    }

    private static long end(LeaseRequest request) {
        return nowMicros() + request.ttl().toMillis() * 1_000;
    }

    private static Optional<Duration> remaining(Row row) {
        return Optional.of(Duration.of(Math.max(0, row.end - nowMicros()), ChronoUnit.MICROS));
    }

    private static StoredLease stored(Row row) {
        OptionalLong fence = row.fence == 0 ? OptionalLong.empty() : OptionalLong.of(row.fence);
        return isHeld(row)
                ? new StoredLease(Optional.of(row.holder), remaining(row), fence)
                : new StoredLease(Optional.empty(), Optional.empty(), fence);
    }

    private static long nowMicros() { // the database's clock: all who ask share it
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    @Override
    public CompletionStage<Subscription> subscribe(String name, Runnable hint) { // LISTEN
        return transaction(() -> {
            Listener listener = new Listener(name, () -> hint.run());
            database.listeners.add(listener);
            return () -> database.listeners.remove(listener);
        });
    }

    private CompletionStage<Boolean> notifying(String name, CompletionStage<Boolean> ended) { // NOTIFY
        return ended.thenApply(free -> {
            if (free) {
                database.listeners.stream()
                        .filter(listener -> listener.name.equals(name))
                        .forEach(listener -> listener.hint.run());
            }
            return free;
        });
    }

    @Override
    public void close() { // leases stay
        closed = true;
    }
}
// end
