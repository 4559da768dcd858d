package io.botfsm.lock.store;

/** Provides a store for leases, such as a connection to a server or a database. */
@FunctionalInterface
public interface LeaseStoreProvider {
    /** Returns a store with the settings of this provider; the caller closes it. */
    LeaseStore leaseStore();
}
