package io.botfsm.jdbc;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.storage.DeadlineQueueConformance;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Runs the suite of the queue of deadlines on a real database with a stopped clock. */
abstract class JdbcQueueConformance extends DeadlineQueueConformance
        implements Conformance.AdvancesTime,
                Conformance.Shares,
                Conformance.Counts,
                Conformance.Spoils,
                Conformance.Forgets {
    private final Engine engine;
    private DatabaseInTest database;

    JdbcQueueConformance(Engine engine) {
        this.engine = engine;
    }

    @BeforeAll
    final void start() {
        database = opened(engine).withStoppedClock();
    }

    DatabaseInTest opened(Engine engine) {
        return DatabaseInTest.of(engine);
    }

    final DatabaseInTest database() {
        return database;
    }

    @AfterAll
    final void stop() {
        database.close();
    }

    @Override
    protected final StateStorage open(Optional<Duration> ttl, Duration deadline) {
        return database.storage(ttl, deadline);
    }

    @Override
    public final void advance(Duration time) {
        database.advance(time);
    }

    /** Counts the rows that remain when expired rows are deleted now rather than after an hour. */
    @Override
    public final long records() {
        try (BotDatabase opened = database.builder(Duration.ofSeconds(10)).build()) {
            ((JdbcStateStorage) opened.stateStorage()).sweepAll();
        }
        return database.count("SELECT count(*) FROM fsm_conversation");
    }

    @Override
    public final void spoil(StorageKey key) {
        database.execute("UPDATE fsm_conversation SET data = 'spoilt' WHERE key_text = '" + key.toText() + "'");
    }

    @Override
    public final void forgetDeadline(StorageKey key) {
        database.execute("UPDATE fsm_conversation SET due_ms = NULL WHERE key_text = '" + key.toText() + "'");
    }

    /** The database is part of this process, and cannot be cut off. */
    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(new Gap(12, Need.CUTS_OFF));
    }
}
