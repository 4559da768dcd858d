package io.botfsm.lock.store;

/** What leases can be kept in, such as a connection to a server or a database. */
@FunctionalInterface
public interface LeaseStoreProvider {
    /** A store of leases, as the provider is set up; closed by the caller. */
    LeaseStore leaseStore();
}
