package io.botfsm.storage;

/** The storage was closed by its owner; every call on it fails from then on. Nothing was read or written. */
@SuppressWarnings("serial") // thrown, caught and logged, never sent over a wire
public final class StorageClosedException extends FsmException {
    /** The error of a call that came after {@code close()}. */
    public StorageClosedException() {
        super("the storage is closed");
    }
}
