package io.botfsm.cli;

/**
 * A part of the store, with an open connection.
 *
 * @param part what a command uses
 * @param disconnect ends the connections
 */
record OpenStore<T>(T part, Runnable disconnect) implements AutoCloseable {
    @Override
    public void close() {
        disconnect.run();
    }
}
