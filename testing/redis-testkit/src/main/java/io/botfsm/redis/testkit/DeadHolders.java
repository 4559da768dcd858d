package io.botfsm.redis.testkit;

import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.MemoryLeaseStore;

/** Whether this machine recognizes dead holders of a lease. */
public final class DeadHolders {
    private DeadHolders() {}

    /**
     * Whether claims made here identify the process beyond doubt, by its machine, namespace and start. Without a
     * machine id, as in a minimal container, they do not, and a dead holder's lease has to expire.
     */
    public static boolean areRecognized() {
        MemoryLeaseStore store = new MemoryLeaseStore();
        try (InstanceLock lock = InstanceLock.builder(store, "probe").build();
                Lease lease = lock.tryAcquire().orThrow()) {
            String holder = store.read("probe")
                    .toCompletableFuture()
                    .join()
                    .claim()
                    .orElseThrow()
                    .holder();
            return lease.isHeld() && holder.split(" ", -1).length == 5;
        }
    }
}
