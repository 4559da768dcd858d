package io.botfsm.redis.jedis.topology;

import io.botfsm.StorageKey;
import io.botfsm.conformance.SharedEventIsolationConformance;
import io.botfsm.isolation.EventIsolation;
import io.botfsm.lock.store.LeaseStore;
import io.botfsm.redis.jedis.JedisRedis;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Isolation over leases under the suite, over several servers that are one; each with a store of its own. */
abstract class TopologyIsolationConformance extends SharedEventIsolationConformance {
    private final Supplier<Topology> starter;
    private final List<LeaseStore> stores = new ArrayList<>();
    private Topology topology;

    TopologyIsolationConformance(Supplier<Topology> starter) {
        this.starter = starter;
    }

    @BeforeAll
    void start() {
        topology = starter.get();
    }

    @AfterEach
    void closeStores() {
        stores.forEach(LeaseStore::close);
        stores.clear();
    }

    @AfterAll
    void stop() {
        topology.close();
    }

    @Override
    protected final EventIsolation open(Settings settings) {
        LeaseStore store = JedisRedis.builder(topology.uri()).leaseStore();
        stores.add(store);
        return EventIsolation.builder()
                .threads(settings.threads())
                .perConversation(settings.perConversation())
                .inTotal(settings.inTotal())
                .patience(settings.patience())
                .across(store)
                .ttl(settings.ttl())
                .leasePatience(settings.leasePatience())
                .build();
    }

    /** As if it had expired. */
    @Override
    protected final void takeAway(StorageKey key) {
        topology.forgetEverything();
    }

    @Override
    protected final void cutOff() {
        topology.cut();
    }

    @Override
    protected final void restore() {
        topology.heal();
    }
}
