package io.botfsm.storage;

/** Thrown by every call on a storage that its owner has closed. Nothing was read or written. */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class StorageClosedException extends FsmException {
    /** Creates the exception for a call after {@code close()}. */
    public StorageClosedException() {
        super("the storage is closed");
    }
}
