package io.botfsm.spring;

import io.botfsm.lock.store.LeaseStoreProvider;
import io.botfsm.storage.StateStorageProvider;

/**
 * A storage that could be opened, since everything that it needs is there.
 *
 * @param reason what is there
 * @param opener opens it, which blocks
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
     * @param connection is closed with it
     */
    record Opened(String name, StateStorageProvider states, LeaseStoreProvider leases, AutoCloseable connection) {
        static <T extends StateStorageProvider & LeaseStoreProvider> Opened of(T provider, AutoCloseable connection) {
            return new Opened(provider.toString(), provider, provider, connection);
        }
    }
}
