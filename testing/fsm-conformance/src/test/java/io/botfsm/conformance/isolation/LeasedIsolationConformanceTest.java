package io.botfsm.conformance.isolation;

import io.botfsm.isolation.EventIsolation;
import io.botfsm.storage.StorageKey;

/** The isolation of this library over leases in memory. */
class LeasedIsolationConformanceTest extends SharedEventIsolationConformance {
    private final CuttableLeaseStore store = new CuttableLeaseStore();

    @Override
    protected EventIsolation open(Settings settings) {
        return EventIsolation.builder()
                .threads(settings.threads())
                .perConversation(settings.perConversation())
                .inTotal(settings.inTotal())
                .submitTimeout(settings.patience())
                .leaseStore(store)
                .ttl(settings.ttl())
                .acquireTimeout(settings.leasePatience())
                .build();
    }

    @Override
    protected void takeAway(StorageKey key) {
        store.forceAll();
    }

    @Override
    protected void cutOff() {
        store.cut(true);
    }

    @Override
    protected void restore() {
        store.cut(false);
    }
}
