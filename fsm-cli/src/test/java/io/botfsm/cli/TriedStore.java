package io.botfsm.cli;

import io.botfsm.lock.store.LeaseStore;
import io.botfsm.storage.StateStorage;
import java.util.Map;

/** A store on which commands are tried, and what a bot has there. */
interface TriedStore extends AutoCloseable {
    /** What the command finds in its environment, as an operator with the documented rights. */
    Map<String, String> environment();

    /** The same for an operator of locks. */
    Map<String, String> lockEnvironment();

    /** The same for an operator who migrates from aiogram. */
    Map<String, String> migrationEnvironment();

    /** The bot's storage. */
    StateStorage storage();

    /** The bot's leases. */
    LeaseStore leases();

    /** Deletes everything. */
    void empty();

    @Override
    void close();
}
