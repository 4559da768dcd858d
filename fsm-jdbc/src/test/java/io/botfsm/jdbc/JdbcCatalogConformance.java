package io.botfsm.jdbc;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.storage.ConversationCatalogConformance;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Runs the suite of the catalog of conversations on a real database with a stopped clock. */
abstract class JdbcCatalogConformance extends ConversationCatalogConformance
        implements Conformance.AdvancesTime, Conformance.Shares, Conformance.Counts, Conformance.Spoils {
    private final Engine engine;
    private DatabaseInTest database;

    JdbcCatalogConformance(Engine engine) {
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

    /** A scan reads all rows, so rows that tests leave behind would slow down all later tests. */
    @AfterEach
    final void forget() {
        database.execute("DELETE FROM fsm_conversation");
    }

    @Override
    protected final StateStorage open(Optional<Duration> ttl, Duration deadline) {
        return database.storage(ttl, deadline);
    }

    @Override
    public final void advance(Duration time) {
        database.advance(time);
    }

    @Override
    public final long records() {
        return database.count("SELECT count(*) FROM fsm_conversation");
    }

    @Override
    public final void spoil(StorageKey key) {
        database.execute("UPDATE fsm_conversation SET data = 'spoilt' WHERE key_text = '" + key.toText() + "'");
    }

    /** The database is part of this process, and cannot be cut off. */
    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(new Gap(10, Need.CUTS_OFF));
    }
}
