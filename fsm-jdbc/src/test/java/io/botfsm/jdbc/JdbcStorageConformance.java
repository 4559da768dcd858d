package io.botfsm.jdbc;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.storage.StateStorageConformance;
import io.botfsm.storage.StateStorage;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Runs the suite of storages on a real database with a stopped clock. */
abstract class JdbcStorageConformance extends StateStorageConformance
        implements Conformance.AdvancesTime, Conformance.Shares, Conformance.Counts {
    private final Engine engine;
    private DatabaseInTest database;

    JdbcStorageConformance(Engine engine) {
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

    /** The database is part of this process, and cannot be cut off. */
    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(new Gap(17, Need.CUTS_OFF));
    }
}
