package io.botfsm.jdbc;

import io.botfsm.conformance.Conformance;
import io.botfsm.conformance.Gap;
import io.botfsm.conformance.Need;
import io.botfsm.conformance.lease.LeaseStoreConformance;
import io.botfsm.lock.store.LeaseStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Runs the suite of lease stores on a real database with a stopped clock. */
abstract class JdbcLeaseConformance extends LeaseStoreConformance
        implements Conformance.AdvancesTime, Conformance.Shares, Conformance.Counts {
    private final Engine engine;
    private final List<JdbcLeaseStore> opened = new CopyOnWriteArrayList<>();
    private DatabaseInTest database;

    JdbcLeaseConformance(Engine engine) {
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
    protected final LeaseStore open(Duration deadline) {
        JdbcLeaseStore store =
                (JdbcLeaseStore) database.builder(deadline).build().leaseStore();
        opened.add(store);
        return store;
    }

    @AfterEach
    final void forgetOpened() {
        opened.clear();
    }

    @Override
    public final void advance(Duration time) {
        database.advance(time);
    }

    /** Rows, and what the stores keep for subscriptions. */
    @Override
    public final long records() {
        try (JdbcLeaseStore sweeping = (JdbcLeaseStore)
                database.builder(Duration.ofSeconds(10)).build().leaseStore()) {
            sweeping.sweepAll();
        }
        return database.count("SELECT count(*) FROM fsm_lease")
                + opened.stream().mapToInt(JdbcLeaseStore::subscribed).sum();
    }

    /** The database is part of this process, and cannot be cut off. */
    @Override
    protected Set<Gap> expectedGaps() {
        return Set.of(new Gap(17, Need.CUTS_OFF));
    }
}
