package io.botfsm.jdbc;

import io.botfsm.storage.ForwardingStateStorage;

/** A storage that closes its {@link BotDatabase} when it is closed, as in a program with one storage. */
final class WholeDatabase extends ForwardingStateStorage {
    private final BotDatabase database;

    WholeDatabase(BotDatabase database) {
        super(database.stateStorage());
        this.database = database;
    }

    @Override
    public void close() {
        super.close();
        database.close();
    }
}
