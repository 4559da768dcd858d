package io.botfsm.jdbc;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.storage.UpdateInboxConformance;
import io.botfsm.storage.StateStorage;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Runs the suite of the inbox on a real database. */
abstract class JdbcInboxConformance extends UpdateInboxConformance
        implements Conformance.Shares, Conformance.Counts, Conformance.Spoils {
    private final Engine engine;
    private DatabaseInTest database;

    JdbcInboxConformance(Engine engine) {
        this.engine = engine;
    }

    @BeforeAll
    final void start() {
        database = opened(engine);
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
    protected final StateStorage open(Duration deadline) {
        return database.storage(Optional.empty(), deadline);
    }

    @Override
    public final long records() {
        return database.count("SELECT count(*) FROM fsm_inbox");
    }

    @Override
    public final void spoil(StorageKey key) {
        database.execute("UPDATE fsm_inbox SET key_text = 'spoilt' WHERE key_text = '" + key.toText() + "'");
    }

    /** The database is part of this process, and cannot be cut off. */
    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(new Gap(13, Need.CUTS_OFF));
    }
}
