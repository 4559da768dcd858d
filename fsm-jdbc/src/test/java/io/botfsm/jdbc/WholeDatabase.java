package io.botfsm.jdbc;

import io.botfsm.storage.ForwardingStateStorage;

/** A storage that ends the object it is from when it is closed, as one of a program with one storage does. */
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
