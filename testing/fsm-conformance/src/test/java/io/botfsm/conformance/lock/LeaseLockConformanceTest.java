package io.botfsm.conformance.lock;

import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.store.MemoryLeaseStore;
import java.time.Duration;

/** The lock of this library, on leases in memory. */
class LeaseLockConformanceTest extends InstanceLockConformance {
    private final MemoryLeaseStore store = new MemoryLeaseStore();

    @Override
    protected InstanceLock open(String name, Duration ttl) {
        return InstanceLock.builder(store, name).ttl(ttl).build();
    }
}
