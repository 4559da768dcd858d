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

/** The queue of deadlines under the suite, on a real database whose clock stands still. */
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

    /** Rows that are over stay for an hour; they have to go when it is past, which is now. */
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

    /** It is part of this process, and cannot be cut off. */
    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(new Gap(12, Need.CUTS_OFF));
    }
}
