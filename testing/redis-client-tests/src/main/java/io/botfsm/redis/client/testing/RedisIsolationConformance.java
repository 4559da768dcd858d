package io.botfsm.redis.client.testing;

import io.botfsm.conformance.isolation.SharedEventIsolationConformance;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.storage.StorageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/**
 * The isolation of this library over leases in a real Redis, through one of the clients, over a topology of its own.
 * Each isolation has its own store, as separate processes have.
 */
public abstract class RedisIsolationConformance extends SharedEventIsolationConformance {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final ClientInTest client;
    private final Supplier<Topology> starter;
    private final List<LeaseStore> stores = new ArrayList<>();
    private Topology topology;

    protected RedisIsolationConformance(ClientInTest client, Supplier<Topology> starter) {
        this.client = client;
        this.starter = starter;
    }

    @BeforeAll
    final void start() {
        topology = starter.get();
    }

    @AfterEach
    final void closeStores() {
        stores.forEach(LeaseStore::close);
        stores.clear();
    }

    @AfterAll
    final void stop() {
        topology.close();
    }

    @Override
    protected final EventIsolation open(Settings settings) {
        LeaseStore store = Leases.opened(() -> client.leaseStore(topology.uri(), TIMEOUT));
        stores.add(store);
        return settings.builder(store).build();
    }

    /** As if it had expired. */
    @Override
    protected final void takeAway(StorageKey key) {
        topology.forgetEverything();
    }

    @Override
    protected final void cutOff() {
        topology.cutOff();
    }

    @Override
    protected final void restore() {
        topology.restore();
    }
}
