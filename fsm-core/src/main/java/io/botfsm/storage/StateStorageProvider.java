package io.botfsm.storage;

/** Provides a storage for conversations, such as a connection to a server or a database. */
@FunctionalInterface
public interface StateStorageProvider {
    /** Returns a storage with the settings of this provider. */
    StateStorage stateStorage();
}
