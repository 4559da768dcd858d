package io.botfsm.examples.snippets;

import io.botfsm.storage.BlockingStateStorage;
import io.botfsm.storage.Mutation;
import io.botfsm.storage.Outcome;
import io.botfsm.storage.Outcome.Applied;
import io.botfsm.storage.Snapshot;
import io.botfsm.storage.StateStorage.Capability;
import io.botfsm.storage.StorageKey;
import io.botfsm.storage.StoredConversation;
import io.botfsm.storage.StoredConversation.Step;
import io.botfsm.storage.WriteContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

// snippet: own-storage
final class OwnStorage implements BlockingStateStorage {
    record Row(StoredConversation conversation, Optional<Instant> end) {
        boolean isOver(Instant now) {
            return end.filter(time -> !time.isAfter(now)).isPresent();
        }
    }

    static final class Database { // shared by all who use it
        final Map<String, Row> table = new HashMap<>(); // by StorageKey.toText(), in a binary column
        final InstantSource clock; // the database's own
        long highestVersion; // of all conversations

        Database(InstantSource clock) {
            this.clock = clock;
        }

        synchronized void deleteWhatIsOver() { // DELETE … WHERE end <= now, by a job
            Instant now = clock.instant();
            table.values().removeIf(row -> row.isOver(now));
        }
    }

    private final Database database;
    private final Optional<Duration> ttl;

    OwnStorage(Database database, Optional<Duration> ttl) {
        this.database = database;
        this.ttl = ttl;
    }

    @Override
    public Snapshot read(StorageKey key) {
        synchronized (database) {
            Instant now = database.clock.instant();
            return load(key, now).snapshot(now);
        }
    }

    @Override
    public Outcome write(StorageKey key, Mutation mutation) {
        synchronized (database) { // BEGIN … COMMIT; lock the key, which may have no row yet
            Instant now = database.clock.instant(); // under that lock too
            long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
            WriteContext context = WriteContext.at(key, now)
                    .firstVersion(Math.max(micros, database.highestVersion + 1))
                    .ttl(ttl)
                    .build();
            Step step = load(key, now).apply(mutation, context);
            if (step.outcome() instanceof Applied) { // a refused write changes nothing, not even the end
                save(key, step, now);
            }
            return step.outcome();
        }
    }

    private StoredConversation load(StorageKey key, Instant now) { // SELECT
        Row row = database.table.get(key.toText());
        return row == null || row.isOver(now) ? StoredConversation.none() : row.conversation;
    }

    private void save(StorageKey key, Step step, Instant now) {
        StoredConversation next = step.next();
        if (next.isGone()) {
            database.table.remove(key.toText()); // DELETE
        } else { // INSERT or UPDATE
            database.table.put(key.toText(), new Row(next, step.timeToLive().map(now::plus)));
        }
        long used = next.version() + 1; // the end of a time to live counts as a write
        database.highestVersion = Math.max(database.highestVersion, used);
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.allOf(Capability.class);
    }

    @Override
    public void close() {}
}
// end
