package io.botfsm.storage;

/** What conversations can be stored in, such as a connection to a server or a database. */
@FunctionalInterface
public interface StateStorageProvider {
    /** A storage, as the provider is set up. */
    StateStorage stateStorage();
}
