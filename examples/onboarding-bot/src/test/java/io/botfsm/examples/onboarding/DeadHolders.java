package io.botfsm.examples.onboarding;

import io.botfsm.lock.InstanceLock;
import io.botfsm.lock.Lease;
import io.botfsm.lock.store.MemoryLeaseStore;

/** What this machine can tell of holders that are dead. */
final class DeadHolders {
    private DeadHolders() {}

    /**
     * Whether claims made here name the process beyond doubt, with space and tick. Without a machine id, as in a minimal
     * container, they do not, and a dead holder's lease has to expire.
     */
    static boolean areRecognized() {
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
