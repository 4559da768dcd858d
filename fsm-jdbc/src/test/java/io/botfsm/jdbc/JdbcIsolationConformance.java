package io.botfsm.jdbc;

import io.botfsm.conformance.isolation.SharedEventIsolationConformance;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/**
 * The isolation of this library over leases in a real database. Each isolation has its own lease store, as in a
 * separate process. When cut off, it gets no connections.
 */
abstract class JdbcIsolationConformance extends SharedEventIsolationConformance {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final Engine engine;
    private final List<LeaseStore> stores = new ArrayList<>();
    private DatabaseInTest database;
    private ObservedDataSource connections;

    JdbcIsolationConformance(Engine engine) {
        this.engine = engine;
    }

    @BeforeAll
    final void start() {
        database = DatabaseInTest.of(engine);
        connections = new ObservedDataSource(database.pool());
    }

    @AfterEach
    final void closeStores() {
        stores.forEach(LeaseStore::close);
        stores.clear();
    }

    @AfterAll
    final void stop() {
        database.close();
    }

    @Override
    protected final EventIsolation open(Settings settings) {
        LeaseStore store = BotDatabase.builder(connections.dataSource())
                .timeout(TIMEOUT)
                .build()
                .leaseStore();
        stores.add(store);
        return settings.builder(store).build();
    }

    /** As if it had expired. */
    @Override
    protected final void takeAway(StorageKey key) {
        database.execute("DELETE FROM fsm_lease");
    }

    @Override
    protected final void cutOff() {
        connections.refuse(true);
    }

    @Override
    protected final void restore() {
        connections.refuse(false);
    }
}
