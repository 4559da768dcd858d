package io.botfsm.spring;

import io.botfsm.lock.store.LeaseStoreProvider;
import io.botfsm.storage.StateStorageProvider;

/**
 * A storage that can be opened, since everything that it needs is present.
 *
 * @param reason what is present
 * @param opener opens the storage, which blocks
 */
record StorageBackend(StorageKind kind, String reason, Opener opener) {
    /** Opens a storage. */
    interface Opener {
        /** Opens it, which blocks. */
        Opened open();
    }

    /**
     * An open storage.
     *
     * @param name its name for the log, without credentials
     * @param connection closed with the storage
     */
    record Opened(String name, StateStorageProvider states, LeaseStoreProvider leases, AutoCloseable connection) {
        static <T extends StateStorageProvider & LeaseStoreProvider> Opened of(T provider, AutoCloseable connection) {
            return new Opened(provider.toString(), provider, provider, connection);
        }
    }
}
